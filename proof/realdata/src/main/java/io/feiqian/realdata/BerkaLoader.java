package io.feiqian.realdata;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.CommandFailure;
import io.feiqian.realdata.BerkaFolder.Account;
import io.feiqian.realdata.BerkaTransaction.Direction;
import io.feiqian.realdata.BerkaTransaction.OtherSide;
import io.feiqian.routing.SlotRule;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Posts the Czech bank's rows through the gateway as a client would: day by day, all cells on the
 * day's business date, each account's credits before its debits and then in the files' order,
 * accounts side by side. Every trace number is made of what it stands for, so that whatever is
 * loaded again is recognised and posted once.
 *
 * <p>One loader is used by one thread, once.
 */
final class BerkaLoader {
    /** The currency of the data. */
    static final String CURRENCY = "CZK";

    private static final String OVERDRAFT_LIMIT = "10000.00";
    private static final int TRANSACTIONS = 801;
    private static final int CUSTOMERS = 802;
    private static final int ACCOUNTS = 803;
    private static final Currency CZK = Currency.of(CURRENCY);

    /** What was loaded. */
    record Loaded(Map<Long, String> accounts, int transactions, int withoutAmount) {}

    private final BerkaFolder data;
    private final Gateway gateway;
    private final BusinessDates dates;
    private final List<CellId> cells;
    private final ExecutorService threads;
    private final Progress progress;
    private final Map<Long, String> accounts = new ConcurrentHashMap<>();

    BerkaLoader(
            BerkaFolder data,
            Gateway gateway,
            BusinessDates dates,
            List<CellId> cells,
            ExecutorService threads,
            Progress progress) {
        this.data = data;
        this.gateway = gateway;
        this.dates = dates;
        this.cells = List.copyOf(cells);
        this.threads = threads;
        this.progress = progress;
    }

    /** Loads everything; returns once every leg of every row is posted. */
    Loaded run() throws InterruptedException {
        NavigableMap<LocalDate, List<BerkaTransaction>> rows = data.byDay();
        NavigableMap<LocalDate, List<Account>> openings = openings(rows);
        TreeSet<LocalDate> days = new TreeSet<>(rows.keySet());
        days.addAll(openings.keySet());
        BusinessDate first = new BusinessDate(days.first());
        dates.reach(first);
        OtherSides sides;
        try {
            sides = OtherSides.open(data, first, cells, gateway, threads);
        } catch (ExecutionException failed) {
            throw failure(failed);
        }
        for (LocalDate day : days) {
            dates.reach(new BusinessDate(day));
            post(openings.getOrDefault(day, List.of()), rows.getOrDefault(day, List.of()), sides);
        }
        int withoutAmount =
                (int) data.transactions().stream().filter(row -> row.amount() == 0).count();
        return new Loaded(Map.copyOf(accounts), data.transactions().size(), withoutAmount);
    }

    /** The accounts that were opened until the last row, by their first day. */
    private NavigableMap<LocalDate, List<Account>> openings(
            NavigableMap<LocalDate, List<BerkaTransaction>> rows) {
        Map<Long, LocalDate> firstRow = new ConcurrentHashMap<>();
        rows.forEach((day, some) -> some.forEach(row -> firstRow.putIfAbsent(row.account(), day)));
        NavigableMap<LocalDate, List<Account>> openings = new TreeMap<>();
        for (Account account : data.accounts().values()) {
            LocalDate used = firstRow.getOrDefault(account.id(), account.opened());
            LocalDate day = used.isBefore(account.opened()) ? used : account.opened();
            if (!day.isAfter(rows.lastKey())) {
                openings.computeIfAbsent(day, none -> new ArrayList<>()).add(account);
            }
        }
        return openings;
    }

    /** One day: accounts side by side, each account's steps one after the other. */
    private void post(List<Account> opened, List<BerkaTransaction> rows, OtherSides sides)
            throws InterruptedException {
        List<BerkaTransaction> ordered = new ArrayList<>(rows);
        ordered.sort(Comparator.comparing(BerkaTransaction::direction));
        Map<Long, List<BerkaTransaction>> byAccount = new TreeMap<>();
        opened.forEach(account -> byAccount.put(account.id(), new ArrayList<>()));
        ordered.forEach(row ->
                byAccount.computeIfAbsent(row.account(), none -> new ArrayList<>()).add(row));
        List<Future<?>> chains = new ArrayList<>();
        byAccount.forEach((id, some) ->
                chains.add(
                        threads.submit(() -> {
                            String account = account(id);
                            for (BerkaTransaction row : some) {
                                post(row, account, sides.of(row));
                            }
                            return account;
                        })));
        for (Future<?> each : chains) {
            try {
                each.get();
            } catch (ExecutionException failed) {
                chains.forEach(chain -> chain.cancel(true));
                throw failure(failed);
            }
        }
    }

    /** The account's number in the bank; opened with its owner where this is its first day. */
    private String account(long id) throws InterruptedException {
        String known = accounts.get(id);
        if (known != null) {
            return known;
        }
        Account account = data.accounts().get(id);
        if (account == null) {
            throw new IllegalArgumentException("account: " + id + " (expected: one of the data)");
        }
        Slot slot = SlotRule.hash().slot("client " + account.owner().id());
        BusinessDate opened = new BusinessDate(account.opened());
        ObjectNode customer = BankClient.body();
        customer.put(
                "traceNumber",
                TraceNumber.of(opened, slot, CUSTOMERS, account.owner().id()).toString());
        customer.put("name", "client " + account.owner().id());
        customer.put("document", account.owner().birthNumber());
        ObjectNode body = BankClient.body();
        body.put("traceNumber", TraceNumber.of(opened, slot, ACCOUNTS, id).toString());
        body.put("customer", gateway.open("/v1/customers", customer).text("customer"));
        body.put("currency", CURRENCY);
        body.put("overdraftLimit", OVERDRAFT_LIMIT);
        String number = gateway.open("/v1/accounts", body).text("account");
        accounts.put(id, number);
        return number;
    }

    private void post(BerkaTransaction row, String account, String other)
            throws InterruptedException {
        if (row.amount() > 0) {
            boolean credit = row.direction() == Direction.CREDIT;
            Slot payer = AccountNumber.parse(credit ? other : account).slot();
            ObjectNode body = BankClient.body();
            body.put(
                    "traceNumber",
                    TraceNumber.of(new BusinessDate(row.date()), payer, TRANSACTIONS, row.id())
                            .toString());
            body.put("amount", new Money(row.amount(), CZK).decimal());
            body.put("currency", CURRENCY);
            body.put("text", row.text());
            gateway.move(path(row, account, other, credit, body), body);
        }
        progress.posted(row.date());
    }

    /** Fills in the two sides, and tells where such a row is posted. */
    private static String path(
            BerkaTransaction row, String account, String other, boolean credit, ObjectNode body) {
        return switch (row.otherSide()) {
            case OtherSide.CashDesk _ -> {
                body.put("cashAccount", other);
                body.put("account", account);
                yield credit ? "/v1/deposits" : "/v1/withdrawals";
            }
            case OtherSide.Nostro(String _, String partnerAccount) -> {
                body.put("direction", credit ? "INCOMING" : "OUTGOING");
                body.put("account", account);
                body.put("nostroAccount", other);
                body.put("partnerAccount", partnerAccount);
                yield "/v1/interbank-payments";
            }
            case OtherSide.CardSettlement _ -> booking("CARD", account, other, credit, body);
            case OtherSide.InterestExpense _ -> booking("INTEREST", account, other, credit, body);
            case OtherSide.PenaltyInterestIncome _ ->
                    booking("PENALTY_INTEREST", account, other, credit, body);
            case OtherSide.FeeIncome _ -> booking("FEE", account, other, credit, body);
        };
    }

    private static String booking(
            String kind, String account, String other, boolean credit, ObjectNode body) {
        body.put("debitAccount", credit ? other : account);
        body.put("creditAccount", credit ? account : other);
        body.put("kind", kind);
        return "/v1/bookings";
    }

    private static RuntimeException failure(ExecutionException failed) {
        return failed.getCause() instanceof CommandFailure failure
                ? failure
                : new IllegalStateException("the load failed", failed.getCause());
    }
}
