package io.feiqian.bank;

import io.feiqian.bank.contract.FindEntriesRequest;
import io.feiqian.bank.contract.FindEntriesResponse;
import io.feiqian.bank.contract.FoundEntry;
import io.feiqian.bank.contract.HotAccount;
import io.feiqian.bank.contract.HotAccountsResponse;
import io.feiqian.bank.contract.JournalRecord;
import io.feiqian.bank.contract.KindBalance;
import io.feiqian.bank.contract.ShowAccountRequest;
import io.feiqian.bank.contract.ShowAccountResponse;
import io.feiqian.bank.contract.TrialBalanceResponse;
import io.feiqian.bank.contract.UnfinishedLeg;
import io.feiqian.ledger.EntrySearch;
import io.feiqian.ledger.HotAccounts;
import io.feiqian.ledger.JournalRow;
import io.feiqian.ledger.TrialBalance;
import io.feiqian.storage.CellDatabase;
import io.feiqian.transaction.TransactionQueries;
import io.feiqian.transaction.TransactionQueries.Unfinished;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a cell's operators see of its books: one account with its newest entries, all accounts by
 * kind, and those that are hot. What reads much is bounded in time. Thread-safe; blocks.
 */
final class LedgerDesk {
    private static final int MOST_ENTRIES = 50;
    private static final int USUAL_MINUTES = 5;
    private static final int MOST_MINUTES = 15;
    private static final int MOST_DIGITS = 14;
    private static final int MOST_DECIMALS = 4;
    private static final Duration LONGEST_SEARCH = Duration.ofDays(31);

    private final CellDatabase database;
    private final CellId cell;
    private final Accounts accounts;
    private final Books books;

    /** What a trial balance is made of, all of one snapshot. */
    private record Read(TrialBalance balance, Unfinished unfinished, List<UnfinishedLeg> legs) {}

    LedgerDesk(CellDatabase database, Accounts accounts, Books books) {
        this.database = database;
        this.cell = database.cell();
        this.accounts = accounts;
        this.books = books;
    }

    ShowAccountResponse account(ShowAccountRequest request, Caller caller) {
        AccountNumber account = Fields.account("account", request.getAccount());
        int limit = within("limit", request.getLimit(), MOST_ENTRIES, MOST_ENTRIES);
        if (request.getBeforeEntry() < 0) {
            throw malformed("before_entry: " + request.getBeforeEntry() + " (expected: >= 0)");
        }
        Accounts.Statement found =
                accounts.newest(account, request.getBeforeEntry(), limit, caller).join();
        Currency currency = Currency.ofNumber(found.account().currency());
        ShowAccountResponse.Builder response =
                ShowAccountResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(cell.toString())
                        .setAccount(
                                AccountReplies.account(
                                        found.account(), database.businessDays().current().open()))
                        .setMore(found.page().more());
        found.page()
                .entries()
                .forEach(entry ->
                        response.addEntries(AccountReplies.entry(entry, currency).clearText()));
        return response.build();
    }

    TrialBalanceResponse trialBalance() throws SQLException {
        TrialBalanceResponse.Builder response =
                TrialBalanceResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(cell.toString());
        return BoundedRead.of(
                        database.pool(),
                        connection ->
                                new Read(
                                        TrialBalance.read(connection),
                                        TransactionQueries.unfinished(connection),
                                        books.legs(connection)))
                .map(read -> add(response, read))
                .orElseGet(() -> response.setLate(true))
                .build();
    }

    HotAccountsResponse hotAccounts(int minutes) throws SQLException {
        Duration past = Duration.ofMinutes(within("minutes", minutes, USUAL_MINUTES, MOST_MINUTES));
        HotAccountsResponse.Builder response =
                HotAccountsResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(cell.toString());
        return BoundedRead.of(database.pool(), connection -> HotAccounts.read(connection, past))
                .map(read -> add(response, read))
                .orElseGet(() -> response.setLate(true))
                .build();
    }

    FindEntriesResponse find(FindEntriesRequest request) throws SQLException {
        BigDecimal amount = amount(request.getAmount());
        long from = request.getFromMillis();
        long to = request.getToMillis();
        if (from < 0 || to <= from || to - from > LONGEST_SEARCH.toMillis()) {
            throw malformed(
                    "time: %d to %d (expected: at most %d days)"
                            .formatted(from, to, LONGEST_SEARCH.toDays()));
        }
        FindEntriesResponse.Builder response =
                FindEntriesResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(cell.toString());
        return BoundedRead.of(
                        database.pool(),
                        connection -> EntrySearch.find(connection, minors(amount), from, to))
                .map(rows -> add(response, amount, rows))
                .orElseGet(() -> response.setLate(true))
                .build();
    }

    private static FindEntriesResponse.Builder add(
            FindEntriesResponse.Builder response, BigDecimal amount, List<JournalRow> rows) {
        for (JournalRow row : rows) {
            JournalRecord entry = Shown.entry(row);
            // The same number of minor units is another amount in another currency.
            if (!entry.getAmount().isEmpty()
                    && new BigDecimal(entry.getAmount()).compareTo(amount) == 0) {
                response.addEntries(
                        FoundEntry.newBuilder()
                                .setTraceNumber(row.key().trace().toString())
                                .setEntry(entry));
            }
        }
        return response;
    }

    private static BigDecimal amount(String text) {
        if (!text.matches("[0-9]{1,16}(\\.[0-9]{1,4})?")) {
            throw malformed("amount: (expected: a decimal such as 12.34)");
        }
        BigDecimal amount = new BigDecimal(text);
        if (amount.precision() - amount.scale() > MOST_DIGITS) {
            throw malformed(
                    "amount: too large (expected: at most %d digits)".formatted(MOST_DIGITS));
        }
        return amount;
    }

    /** What the amount is in minor units, in currencies of 0 to 4 decimals. */
    private static long[] minors(BigDecimal amount) {
        return IntStream.rangeClosed(0, MOST_DECIMALS)
                .mapToObj(amount::movePointRight)
                .filter(minor -> minor.stripTrailingZeros().scale() <= 0)
                .mapToLong(BigDecimal::longValueExact)
                .distinct()
                .toArray();
    }

    private static TrialBalanceResponse.Builder add(
            TrialBalanceResponse.Builder response, Read read) {
        read.balance()
                .lines()
                .forEach(line ->
                        response.addKinds(
                                KindBalance.newBuilder()
                                        .setCurrency(line.currency().code())
                                        .setKind(line.kind().name())
                                        .setAccounts(line.accounts())
                                        .setBalance(decimal(line.balance(), line.currency()))
                                        .setHeld(decimal(line.held(), line.currency()))
                                        .setPending(decimal(line.pending(), line.currency()))));
        read.balance().peers().forEach(peer -> response.addPeers(Books.position(peer)));
        return response.setUnfinishedDecisions(read.unfinished().decisions())
                .setUnfinishedBranches(read.unfinished().branches())
                .addAllUnfinishedLegs(read.legs());
    }

    private static HotAccountsResponse.Builder add(
            HotAccountsResponse.Builder response, HotAccounts hot) {
        response.setSinceMillis(hot.sinceMillis()).setCut(hot.cut()).setEntries(hot.entries());
        hot.accounts()
                .forEach(line ->
                        response.addAccounts(
                                HotAccount.newBuilder()
                                        .setAccount(line.account().toString())
                                        .setKind(line.account().kind().name())
                                        .setEntries(line.entries())
                                        .setCurrency(line.currency().code())
                                        .setTurnover(decimal(line.turnover(), line.currency()))));
        return response;
    }

    /** Minor units of any size. */
    private static String decimal(BigDecimal minor, Currency currency) {
        return minor.movePointLeft(currency.minorDigits())
                .setScale(currency.minorDigits())
                .toPlainString();
    }

    private static int within(String field, int value, int usual, int most) {
        if (value < 0 || value > most) {
            throw malformed("%s: %d (expected: 0 to %d)".formatted(field, value, most));
        }
        return value == 0 ? usual : value;
    }

    private static RefusedException malformed(String message) {
        return new RefusedException(OutcomeCode.MALFORMED_REQUEST, message);
    }
}
