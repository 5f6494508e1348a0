package io.feiqian.realdata;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.cli.BankReply;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Reads every account's closing balance of every day back from the bank and compares it to the cent
 * with {@link PlainBooks}, and with the nearest balance that the Czech bank recorded that day.
 */
final class BerkaVerifier {
    private static final BigDecimal TOLERANCE = new BigDecimal("1.00");
    private static final int PAGE = 1_000;
    private static final int MOST_SHOWN = 20;

    /**
     * What was compared.
     *
     * @param accounts how many accounts
     * @param accountDays how many days of accounts
     * @param exact how many of them equal a recorded balance exactly
     * @param farthest the largest distance to the nearest recorded balance
     * @param closingSum all accounts' last closing balances together, as the bank has them
     * @param differences how many differences there are
     * @param shown the first differences, a sentence each
     */
    record Report(
            int accounts,
            int accountDays,
            int exact,
            BigDecimal farthest,
            BigDecimal closingSum,
            int differences,
            List<String> shown) {
        boolean isEqual() {
            return differences == 0;
        }
    }

    private final List<String> shown = new ArrayList<>();
    private int differences;
    private int accountDays;
    private int exact;
    private BigDecimal farthest = BigDecimal.ZERO;
    private BigDecimal closingSum = BigDecimal.ZERO;

    private BerkaVerifier() {}

    /**
     * Reads the balances back from the bank and compares.
     *
     * @param accounts the bank's account numbers by the accounts' numbers in the files
     */
    static Report compare(
            PlainBooks books, Map<Long, String> accounts, Gateway gateway, ExecutorService threads)
            throws InterruptedException, ExecutionException {
        Map<Long, Future<NavigableMap<String, BigDecimal>>> reading = new TreeMap<>();
        accounts.forEach(
                (id, number) -> reading.put(id, threads.submit(() -> closings(number, gateway))));
        Map<Long, NavigableMap<String, BigDecimal>> found = new TreeMap<>();
        for (Map.Entry<Long, Future<NavigableMap<String, BigDecimal>>> each : reading.entrySet()) {
            found.put(each.getKey(), each.getValue().get());
        }
        return compare(books, found);
    }

    /**
     * Compares.
     *
     * @param found every account's balance after the last entry of each day {@code yymmdd}
     */
    static Report compare(PlainBooks books, Map<Long, NavigableMap<String, BigDecimal>> found) {
        BerkaVerifier verifier = new BerkaVerifier();
        for (String account : books.days().keySet()) {
            if (!found.containsKey(Long.valueOf(account))) {
                verifier.differs("account " + account + " is not in the bank");
            }
        }
        found.forEach((id, balances) -> {
            String account = id.toString();
            verifier.compare(
                    account, books.days().getOrDefault(account, new TreeMap<>()), balances);
        });
        return verifier.report(books.days().size());
    }

    private Report report(int accounts) {
        return new Report(
                accounts,
                accountDays,
                exact,
                farthest,
                closingSum,
                differences,
                List.copyOf(shown));
    }

    private void compare(
            String account,
            Map<String, PlainBooks.Day> expected,
            NavigableMap<String, BigDecimal> found) {
        expected.forEach((day, plain) -> {
            accountDays++;
            Map.Entry<String, BigDecimal> last = found.floorEntry(day);
            BigDecimal balance = last == null ? BigDecimal.ZERO : last.getValue();
            if (balance.compareTo(plain.closing()) != 0) {
                differs(
                        "account %s on %s: balance %s (expected: %s by the files' rows)"
                                .formatted(account, day, balance, plain.closing()));
            }
            recorded(account, day, plain.distance(balance));
        });
        found.keySet().stream()
                .filter(day -> !expected.containsKey(day))
                .forEach(day ->
                        differs(
                                "account %s on %s: an entry (expected: none in the files)"
                                        .formatted(account, day)));
        closingSum =
                closingSum.add(found.isEmpty() ? BigDecimal.ZERO : found.lastEntry().getValue());
    }

    private void recorded(String account, String day, BigDecimal distance) {
        if (distance.signum() == 0) {
            exact++;
        }
        farthest = farthest.max(distance);
        if (distance.compareTo(TOLERANCE) > 0) {
            differs(
                    "account %s on %s: %s from the nearest recorded balance (expected: <= %s)"
                            .formatted(account, day, distance, TOLERANCE));
        }
    }

    private void differs(String what) {
        differences++;
        if (shown.size() < MOST_SHOWN) {
            shown.add(what);
        }
    }

    /** The balance after the last entry of each day, by day as {@code yymmdd}. */
    private static NavigableMap<String, BigDecimal> closings(String account, Gateway gateway)
            throws InterruptedException {
        NavigableMap<String, BigDecimal> closings = new TreeMap<>();
        String after = "0";
        while (true) {
            BankReply page =
                    gateway.get(
                            "/v1/accounts/%s/statement?limit=%d&after_entry=%s"
                                    .formatted(account, PAGE, after));
            for (JsonNode entry : page.body().path("entries")) {
                String day = entry.path("business_date").asText().replace("-", "").substring(2);
                closings.put(day, new BigDecimal(entry.path("balance_after").asText()));
                after = entry.path("entry").asText();
            }
            if (!page.body().path("more").asBoolean(false)) {
                return closings;
            }
        }
    }
}
