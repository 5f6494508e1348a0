package io.feiqian.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@Requirement({"B7.2-a", "D5.5-c"})
class SlotRuleTest {
    private static final SlotRange TENTH = SlotRange.of(100, 199);

    @Test
    void theHashOfATextNeverChanges() {
        // Computed apart from this code; data at rest lies where these values say.
        assertThat(StableHash.of("")).isEqualTo(0xefd01f60ba992926L);
        assertThat(StableHash.of("a")).isEqualTo(0x82a2a958a9bece5bL);
        assertThat(StableHash.of("飞钱")).isEqualTo(0xce83df74f1455666L);
        assertThat(SlotRule.hash().slot("13800138000").number()).isEqualTo(9664);
    }

    @Test
    void hashSpreadsNeighbouringKeysEvenlyOverTheCustomersSlots() {
        int keys = 990_000;
        int[] perSlot = new int[Slot.COUNT];
        for (int i = 0; i < keys; i++) {
            perSlot[SlotRule.hash().slot("1380" + (1_000_000 + i)).number()]++;
        }
        double expected = (double) keys / Slot.FIRST_PINNED;
        double chiSquare = 0;
        for (int n = 0; n < Slot.FIRST_PINNED; n++) {
            chiSquare += (perSlot[n] - expected) * (perSlot[n] - expected) / expected;
        }
        // 9,899 degrees of freedom: mean 9,899, standard deviation 141; five of them either way.
        assertThat(chiSquare).isBetween(9_899 - 5 * 141.0, 9_899 + 5 * 141.0);
        for (int n = Slot.FIRST_PINNED; n < Slot.COUNT; n++) {
            assertThat(perSlot[n]).as("customers in a pinned slot").isZero();
        }
    }

    @Test
    void digitsOfAnAccountNumberAreItsSlot() {
        AccountNumber account =
                AccountNumber.of(new Slot(4711), AccountNumber.Kind.CUSTOMER, 10_000_001);
        assertThat(SlotRule.digits().slot(account.toString())).isEqualTo(account.slot());
        assertThat(new SlotRule.Digits(3).slot("CN-0042-X")).isEqualTo(new Slot(42));
        refused(OutcomeCode.MALFORMED_REQUEST, SlotRule.digits(), "12");
        refused(OutcomeCode.MALFORMED_REQUEST, SlotRule.digits(), "12a4");
        refused(OutcomeCode.MALFORMED_REQUEST, SlotRule.digits(), "１２３４");
    }

    @Test
    void moduloGoesRoundItsRange() {
        SlotRule rule = new SlotRule.Modulo(TENTH);
        assertThat(rule.slot("0")).isEqualTo(new Slot(100));
        assertThat(rule.slot("1234")).isEqualTo(new Slot(134));
        assertThat(rule.slot("-1")).isEqualTo(new Slot(199));
        refused(OutcomeCode.MALFORMED_REQUEST, rule, "12x");
    }

    @Test
    void rangesHaveTheirOwnRuleEachAndAGapHasNoRoute() {
        SlotRule rule =
                new SlotRule.Range(
                        List.of(
                                new SlotRule.Band(0, 999, new SlotRule.Modulo(TENTH)),
                                new SlotRule.Band(
                                        2_000, 2_999, new SlotRule.Modulo(SlotRange.of(7, 7)))));
        assertThat(rule.slot("0")).isEqualTo(new Slot(100));
        assertThat(rule.slot("999")).isEqualTo(new Slot(199));
        assertThat(rule.slot("2000")).isEqualTo(new Slot(7));
        assertThat(rule.slot("2999")).isEqualTo(new Slot(7));
        refused(OutcomeCode.NO_ROUTE, rule, "1000");
        refused(OutcomeCode.NO_ROUTE, rule, "3000");
        refused(OutcomeCode.NO_ROUTE, rule, "-1");
        SlotRule.Band band = new SlotRule.Band(0, 10, SlotRule.hash());
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> new SlotRule.Range(List.of(band, band)));
    }

    @Test
    void anEnumeratedValueHasItsSlotAndOthersTheDefaultOrNone() {
        Map<String, Slot> provinces = Map.of("BJ", new Slot(1), "SH", new Slot(2));
        SlotRule open = new SlotRule.Enumeration(provinces, Optional.of(new Slot(9)));
        assertThat(open.slot("SH")).isEqualTo(new Slot(2));
        assertThat(open.slot("GD")).isEqualTo(new Slot(9));
        refused(OutcomeCode.NO_ROUTE, new SlotRule.Enumeration(provinces, Optional.empty()), "GD");
    }

    @Test
    void daysGoRoundTheirRange() {
        SlotRule weekly =
                new SlotRule.Date(BusinessDate.parse("2026-01-01"), 7, SlotRange.of(0, 51));
        assertThat(weekly.slot("2026-01-01")).isEqualTo(new Slot(0));
        assertThat(weekly.slot("2026-01-07")).isEqualTo(new Slot(0));
        assertThat(weekly.slot("20260108")).isEqualTo(new Slot(1));
        assertThat(weekly.slot("2026-12-31")).isEqualTo(new Slot(0));
        assertThat(weekly.slot("2025-12-31")).isEqualTo(new Slot(51));
        refused(OutcomeCode.MALFORMED_REQUEST, weekly, "2026-02-30");
    }

    @Test
    void anExplicitAddressGoesBeforeTheRule() {
        SlotRule rule = new SlotRule.Explicit(Map.of("vip", new Slot(4)), new SlotRule.Hash(TENTH));
        assertThat(rule.slot("vip")).isEqualTo(new Slot(4));
        assertThat(rule.slot("anyone").number()).isBetween(100, 199);
    }

    @Test
    void aRuleOfTheUsersOwnFitsBehindTheSameType() {
        SlotRule.Custom byLength = key -> new Slot(key.length());
        SlotRule rule = new SlotRule.Explicit(Map.of(), byLength);
        assertThat(rule.slot("abc")).isEqualTo(new Slot(3));
    }

    private static void refused(OutcomeCode code, SlotRule rule, String key) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> rule.slot(key))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }
}
