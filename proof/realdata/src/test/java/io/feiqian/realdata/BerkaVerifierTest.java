package io.feiqian.realdata;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.realdata.BerkaTransaction.Direction;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BerkaVerifierTest {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyMMdd");
    private static final long SEED = 7;

    @Test
    void findsNoDifferenceInTheYear1993AndShowsEveryRowThatIsDropped() throws IOException {
        Path folder = RealFolder.orSkip();
        List<BerkaTransaction> rows = BerkaFolder.read(folder).transactions();
        PlainBooks books = PlainBooks.of(BerkaFolder.transactionFiles(folder));
        BerkaVerifier.Report whole = BerkaVerifier.compare(books, posted(rows));
        assertThat(whole.shown()).isEmpty();
        assertThat(whole.isEqual()).isTrue();
        assertThat(whole.accountDays()).isEqualTo(books.accountDays());
        assertThat(whole.closingSum()).isEqualByComparingTo(books.closingSum());
        Random random = new Random(SEED);
        for (int i = 0; i < 20; i++) {
            List<BerkaTransaction> without = new ArrayList<>(rows);
            BerkaTransaction dropped = without.remove(random.nextInt(without.size()));
            assertThat(BerkaVerifier.compare(books, posted(without)).isEqual())
                    .as("seed %d, without %s", SEED, dropped)
                    .isFalse();
        }
    }

    @Test
    void refusesABalanceFarFromTheRecordedOneAndAnEntryOfAnotherDay() {
        PlainBooks books =
                new PlainBooks(
                        Map.of(
                                "7",
                                new TreeMap<>(
                                        Map.of(
                                                "930105",
                                                new PlainBooks.Day(
                                                        new BigDecimal("12.00"),
                                                        List.of(
                                                                new BigDecimal("50"),
                                                                new BigDecimal("10.99")))))));
        assertThat(BerkaVerifier.compare(books, Map.of(7L, balances("930105", "12.00"))).shown())
                .singleElement()
                .asString()
                .contains("1.01 from the nearest recorded balance");
        NavigableMap<String, BigDecimal> more = balances("930105", "12.00");
        more.put("930106", new BigDecimal("12.00"));
        assertThat(BerkaVerifier.compare(books, Map.of(7L, more)).differences()).isEqualTo(2);
        assertThat(BerkaVerifier.compare(books, Map.of()).shown())
                .containsExactly("account 7 is not in the bank");
    }

    private static NavigableMap<String, BigDecimal> balances(String day, String balance) {
        return new TreeMap<>(Map.of(day, new BigDecimal(balance)));
    }

    /** What a bank that posted exactly these rows would show. */
    private static Map<Long, NavigableMap<String, BigDecimal>> posted(List<BerkaTransaction> rows) {
        Map<Long, NavigableMap<String, BigDecimal>> found = new TreeMap<>();
        Map<Long, Long> balances = new TreeMap<>();
        for (BerkaTransaction row : rows) {
            long signed = row.direction() == Direction.CREDIT ? row.amount() : -row.amount();
            long balance = balances.merge(row.account(), signed, Long::sum);
            found.computeIfAbsent(row.account(), none -> new TreeMap<>())
                    .put(DAY.format(row.date()), BigDecimal.valueOf(balance, 2));
        }
        return found;
    }
}
