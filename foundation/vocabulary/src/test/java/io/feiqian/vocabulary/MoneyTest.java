package io.feiqian.vocabulary;

import static io.feiqian.vocabulary.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MoneyTest {
    private static final Currency YEN = Currency.of("JPY");
    private static final Currency DINAR = Currency.of("KWD");

    @Test
    void whatIsWrittenIsReadBackExactly() {
        Random random = new Random(7);
        for (Currency currency : new Currency[] {Currency.CNY, YEN, DINAR}) {
            for (int n = 0; n < 1_000; n++) {
                Money money = new Money(random.nextLong() / 1_000, currency);
                assertThat(Money.parse(money.decimal(), currency)).isEqualTo(money);
                assertThat(new BigDecimal(money.decimal()))
                        .isEqualTo(BigDecimal.valueOf(money.minor(), currency.minorDigits()));
            }
        }
        assertThat(Money.parse("1200.5", Currency.CNY)).hasToString("1200.50 CNY");
        assertThat(Money.parse("-0.05", Currency.CNY).minor()).isEqualTo(-5);
        assertThat(Money.parse("7", YEN)).hasToString("7 JPY");
        assertThat(Money.parse("1.234", DINAR).minor()).isEqualTo(1_234);
        assertThat(Money.parse("1.500", Currency.CNY).minor()).isEqualTo(150);
    }

    @Test
    void nothingIsRoundedAway() {
        refused(OutcomeCode.INVALID_AMOUNT, () -> Money.parse("0.001", Currency.CNY));
        refused(OutcomeCode.INVALID_AMOUNT, () -> Money.parse("0.5", YEN));
    }

    @Test
    void anythingButAPlainDecimalIsRefused() {
        for (String text :
                new String[] {
                    "",
                    " 1",
                    "1 ",
                    "+1",
                    "1e3",
                    "1,00",
                    "1.",
                    ".5",
                    "--1",
                    "NaN",
                    "0x10",
                    "١٢",
                    "1234567890123456789",
                    "1.1234567",
                    "1\n"
                }) {
            refused(OutcomeCode.INVALID_AMOUNT, () -> Money.parse(text, Currency.CNY));
        }
    }

    @Test
    void aSumBeyondWhatCanBeCountedIsRefusedAndNeverWraps() {
        Money most = new Money(Long.MAX_VALUE, Currency.CNY);
        Money least = new Money(Long.MIN_VALUE, Currency.CNY);
        Money one = new Money(1, Currency.CNY);
        refused(OutcomeCode.AMOUNT_OVERFLOW, () -> most.plus(one));
        refused(OutcomeCode.AMOUNT_OVERFLOW, () -> least.minus(one));
        refused(OutcomeCode.AMOUNT_OVERFLOW, () -> Money.zero(Currency.CNY).minus(least));
        refused(OutcomeCode.AMOUNT_OVERFLOW, () -> Money.addExact(Long.MIN_VALUE, -1));
        refused(OutcomeCode.AMOUNT_OVERFLOW, () -> Money.parse("999999999999999999", Currency.CNY));
        assertThat(most.minus(one).plus(one)).isEqualTo(most);
    }

    @Test
    void amountsOfTwoCurrenciesNeitherAddNorCompare() {
        Money yuan = new Money(1, Currency.CNY);
        Money koruna = new Money(1, Currency.CZK);
        refused(OutcomeCode.CURRENCY_MISMATCH, () -> yuan.plus(koruna));
        refused(OutcomeCode.CURRENCY_MISMATCH, () -> yuan.minus(koruna));
        refused(OutcomeCode.CURRENCY_MISMATCH, () -> yuan.compareTo(koruna));
        assertThat(yuan.compareTo(Money.zero(Currency.CNY))).isPositive();
        assertThat(yuan.isPositive()).isTrue();
        assertThat(Money.zero(YEN).isPositive()).isFalse();
    }

    @Test
    void aCurrencyIsKnownByItsLettersAndItsNumber() {
        assertThat(Currency.of("cny")).isEqualTo(Currency.CNY);
        assertThat(Currency.CNY.number()).isEqualTo(156);
        assertThat(Currency.CZK.number()).isEqualTo(203);
        assertThat(Currency.ofNumber(156)).isEqualTo(Currency.CNY);
        assertThat(YEN.minorDigits()).isZero();
        for (java.util.Currency each : java.util.Currency.getAvailableCurrencies()) {
            if (each.getDefaultFractionDigits() >= 0 && each.getNumericCode() > 0) {
                Currency currency = Currency.of(each.getCurrencyCode());
                assertThat(Currency.ofNumber(currency.number()))
                        .as("%s, stored by its number and read back", each)
                        .isEqualTo(currency)
                        .hasSameHashCodeAs(currency);
            }
        }
        refused(OutcomeCode.UNKNOWN_CURRENCY, () -> Currency.of("ABC"));
        refused(OutcomeCode.UNKNOWN_CURRENCY, () -> Currency.of("XAU"));
        refused(OutcomeCode.UNKNOWN_CURRENCY, () -> Currency.of(""));
        refused(OutcomeCode.UNKNOWN_CURRENCY, () -> Currency.ofNumber(0));
    }
}
