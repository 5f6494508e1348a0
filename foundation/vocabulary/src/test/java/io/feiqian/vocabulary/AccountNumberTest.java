package io.feiqian.vocabulary;

import static io.feiqian.vocabulary.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.AccountNumber.Kind;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccountNumberTest {
    private static final long SEED = 7;
    private static final int NUMBERS = 100;

    @Test
    void checkDigitsAreThoseOfTheStandard() {
        // ISO/IEC 7064 MOD 11,10, computed apart from this code.
        assertThat(customer(0, 0)).hasToString("0000100000000008");
        assertThat(customer(4711, 10_000_001)).hasToString("4711100100000013");
        assertThat(customer(9899, 999_999_999)).hasToString("9899109999999993");
        assertThat(AccountNumber.of(new Slot(9901), Kind.CASH, 1)).hasToString("9901200000000014");
        assertThat(AccountNumber.of(new Slot(9902), Kind.INTER_CELL, 1_203))
                .hasToString("9902900000012033");
    }

    @Test
    void everySingleWrongDigitIsNoticed() {
        Random random = new Random(SEED);
        for (int n = 0; n < NUMBERS; n++) {
            String number = any(random).toString();
            for (int at = 0; at < AccountNumber.DIGITS; at++) {
                for (char digit = '0'; digit <= '9'; digit++) {
                    if (digit != number.charAt(at)) {
                        String wrong = number.substring(0, at) + digit + number.substring(at + 1);
                        refused(
                                OutcomeCode.INVALID_ACCOUNT_NUMBER,
                                () -> AccountNumber.parse(wrong));
                    }
                }
            }
        }
    }

    @Test
    void nearlyEveryExchangeOfTwoNeighboursIsNoticed() {
        Random random = new Random(SEED);
        int exchanged = 0;
        int missed = 0;
        for (int n = 0; n < 20 * NUMBERS; n++) {
            String number = any(random).toString();
            for (int at = 0; at + 1 < AccountNumber.DIGITS; at++) {
                char left = number.charAt(at);
                char right = number.charAt(at + 1);
                if (left != right) {
                    exchanged++;
                    String wrong =
                            number.substring(0, at) + right + left + number.substring(at + 2);
                    missed += isRefused(wrong) ? 0 : 1;
                }
            }
        }
        assertThat((double) missed / exchanged).isLessThan(0.03);
    }

    @Test
    void aNumberCarriesItsSlotAndItsKind() {
        Random random = new Random(SEED);
        for (int n = 0; n < NUMBERS; n++) {
            AccountNumber number = any(random);
            AccountNumber read = AccountNumber.parse(number.toString());
            assertThat(read).isEqualTo(number);
            assertThat(read.slot()).hasToString(number.toString().substring(0, 4));
            assertThat(read.kind()).isEqualTo(Kind.CUSTOMER);
        }
        for (Kind kind : Kind.values()) {
            Slot slot = kind.isInternal() ? new Slot(9_901) : new Slot(1);
            assertThat(AccountNumber.of(slot, kind, 5).kind()).isEqualTo(kind);
        }
    }

    @Test
    void interCellAccountsAreTheSameEverywhereAndDifferByOwnerPeerAndCurrency() {
        Set<AccountNumber> all = new HashSet<>();
        int count = 0;
        for (int owner = 1; owner <= 99; owner += 7) {
            for (int peer = 1; peer <= 99; peer += 7) {
                for (Currency currency : new Currency[] {Currency.CNY, Currency.CZK}) {
                    AccountNumber number =
                            AccountNumber.interCell(new CellId(owner), new CellId(peer), currency);
                    assertThat(number.slot()).isEqualTo(Slot.pinnedTo(new CellId(owner)));
                    assertThat(number.kind()).isEqualTo(Kind.INTER_CELL);
                    all.add(number);
                    count++;
                }
            }
        }
        assertThat(all).hasSize(count);
    }

    @Test
    void anInterCellAccountHasPartsThatLeadBackToIt() {
        AccountNumber whole = AccountNumber.interCell(new CellId(99), new CellId(98), Currency.CZK);
        Set<AccountNumber> parts = new HashSet<>();
        for (int part = 0; part < 1_000; part++) {
            AccountNumber number = whole.part(part);
            assertThat(number.slot()).isEqualTo(whole.slot());
            assertThat(number.kind()).isEqualTo(Kind.INTER_CELL);
            assertThat(number.part(0)).isEqualTo(whole);
            parts.add(number);
        }
        assertThat(parts).hasSize(1_000).contains(whole);
        refused(OutcomeCode.INVALID_ACCOUNT_NUMBER, () -> whole.part(1_000));
        assertThat(customer(1, 5).part(3)).isEqualTo(customer(1, 5));
    }

    @Test
    void customersStayOutOfPinnedSlotsAndInternalAccountsInThem() {
        refused(OutcomeCode.INVALID_ACCOUNT_NUMBER, () -> customer(9_900, 1));
        refused(
                OutcomeCode.INVALID_ACCOUNT_NUMBER,
                () -> AccountNumber.of(new Slot(1), Kind.NOSTRO, 1));
        refused(OutcomeCode.INVALID_ACCOUNT_NUMBER, () -> customer(1, 1_000_000_000));
        refused(OutcomeCode.INVALID_ACCOUNT_NUMBER, () -> customer(1, -1));
    }

    @Test
    void otherTextIsRefused() {
        for (String text :
                new String[] {
                    "",
                    "1",
                    "471110010000001",
                    "47111001000000130",
                    "471110010000001x",
                    "-471110010000001",
                    "４７１１１００１００００００１３",
                    " 4711100100000013",
                    "\u0000"
                }) {
            refused(OutcomeCode.INVALID_ACCOUNT_NUMBER, () -> AccountNumber.parse(text));
        }
        refused(OutcomeCode.INVALID_ACCOUNT_NUMBER, () -> new AccountNumber(-1));
        refused(OutcomeCode.INVALID_ACCOUNT_NUMBER, () -> new AccountNumber(Long.MAX_VALUE));
    }

    private static boolean isRefused(String text) {
        try {
            AccountNumber.parse(text);
            return false;
        } catch (RefusedException refused) {
            return true;
        }
    }

    private static AccountNumber any(Random random) {
        return customer(random.nextInt(Slot.FIRST_PINNED), random.nextInt(1_000_000_000));
    }

    private static AccountNumber customer(int slot, long serial) {
        return AccountNumber.of(new Slot(slot), Kind.CUSTOMER, serial);
    }
}
