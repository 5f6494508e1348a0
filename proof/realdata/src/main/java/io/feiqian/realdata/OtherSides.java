package io.feiqian.realdata;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankClient;
import io.feiqian.realdata.BerkaTransaction.OtherSide;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * The bank's own accounts on the other side of the rows: a cash desk per district, a nostro account
 * per partner bank, card settlement, interest expense, penalty interest income, fee income; spread
 * over the cells. Their trace numbers are made of what they are for, so that a second load finds
 * the same accounts. Immutable once opened.
 */
final class OtherSides {
    private static final int CHANNEL = 804;
    private static final long PER_KIND = 1_000_000_000_000_000L;

    /** An account of the bank by what it is for. */
    private record Key(String kind, long number, String name) implements Comparable<Key> {
        @Override
        public int compareTo(Key that) {
            int byKind = kind.compareTo(that.kind);
            return byKind != 0 ? byKind : Long.compare(number, that.number);
        }
    }

    private final BerkaFolder data;
    private final Map<Key, String> accounts = new HashMap<>();

    private OtherSides(BerkaFolder data) {
        this.data = data;
    }

    /** Opens, or finds, the accounts that these rows need. */
    static OtherSides open(
            BerkaFolder data,
            BusinessDate day,
            List<CellId> cells,
            Gateway gateway,
            ExecutorService threads)
            throws InterruptedException, ExecutionException {
        OtherSides sides = new OtherSides(data);
        SortedSet<Key> keys = new TreeSet<>();
        data.transactions().forEach(row -> keys.add(sides.key(row)));
        Map<Key, Future<String>> opening = new HashMap<>();
        for (Key key : keys) {
            // By what it is for, so that it lies in the same cell whatever else the data holds.
            long place = kindNumber(key.kind()) + key.number();
            CellId cell = cells.get((int) (place % cells.size()));
            opening.put(key, threads.submit(() -> open(key, day, cell, gateway)));
        }
        for (Map.Entry<Key, Future<String>> each : opening.entrySet()) {
            sides.accounts.put(each.getKey(), each.getValue().get());
        }
        return sides;
    }

    /** How many there are. */
    int size() {
        return accounts.size();
    }

    /** The account on the other side of this row. */
    String of(BerkaTransaction row) {
        String account = accounts.get(key(row));
        if (account == null) {
            throw new IllegalArgumentException("row: " + row + " (expected: one of the data)");
        }
        return account;
    }

    private static String open(Key key, BusinessDate day, CellId cell, Gateway gateway)
            throws InterruptedException {
        long serial = PER_KIND * (1 + kindNumber(key.kind())) + key.number();
        ObjectNode body = BankClient.body();
        body.put(
                "traceNumber",
                TraceNumber.of(day, Slot.pinnedTo(cell), CHANNEL, serial).toString());
        body.put("kind", key.kind());
        body.put("currency", BerkaLoader.CURRENCY);
        body.put("name", key.name());
        return gateway.open("/v1/internal-accounts", body).text("account");
    }

    private Key key(BerkaTransaction row) {
        return switch (row.otherSide()) {
            case OtherSide.CashDesk _ -> {
                BerkaFolder.Account account = data.accounts().get(row.account());
                long district = account == null ? 0 : account.district();
                yield new Key("CASH", district, "cash desk of district " + district);
            }
            case OtherSide.Nostro(String bank, String _) ->
                    new Key(
                            "NOSTRO",
                            number(bank),
                            bank.isEmpty() ? "other banks" : "bank " + bank);
            case OtherSide.CardSettlement _ -> new Key("CARD_SETTLEMENT", 0, "card settlement");
            case OtherSide.InterestExpense _ -> new Key("EXPENSE", 0, "interest paid");
            case OtherSide.FeeIncome _ -> new Key("INCOME", 0, "fees");
            case OtherSide.PenaltyInterestIncome _ -> new Key("INCOME", 1, "penalty interest");
        };
    }

    private static int kindNumber(String kind) {
        return switch (kind) {
            case "CASH" -> 0;
            case "NOSTRO" -> 1;
            case "CARD_SETTLEMENT" -> 2;
            case "EXPENSE" -> 3;
            default -> 4;
        };
    }

    /** A bank's letters as one number, the same for the same letters. */
    private static long number(String bank) {
        long number = 0;
        for (byte letter : bank.getBytes(StandardCharsets.US_ASCII)) {
            number = (number * 128 + letter) % PER_KIND;
        }
        return number;
    }
}
