package io.feiqian.bank;

import io.feiqian.bank.contract.OpenAccountRequest;
import io.feiqian.bank.contract.OpenInternalAccountRequest;
import io.feiqian.bank.contract.SetAccountStatusRequest;
import io.feiqian.ledger.AccountRow;
import io.feiqian.ledger.AccountStatus;
import io.feiqian.ledger.ContentDigest;
import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.EntryKind;
import io.feiqian.ledger.LedgerCommand;
import io.feiqian.ledger.LedgerQueries;
import io.feiqian.ledger.Movement;
import io.feiqian.ledger.StatementPage;
import io.feiqian.ledger.StatementQuery;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.ChangeOrder;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.Claim;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Part;
import io.feiqian.storage.Work;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.AccountNumber.Kind;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The accounts of this cell: opened, shown, frozen, thawed and closed. Thread-safe. */
final class Accounts {
    private static final EnumSet<Kind> INTERNAL =
            EnumSet.of(Kind.CASH, Kind.NOSTRO, Kind.CARD_SETTLEMENT, Kind.INCOME, Kind.EXPENSE);
    private static final int LONGEST_NAME = 60;

    /**
     * An account and the page of its statement that was asked for.
     *
     * @param account the account
     * @param page the entries
     */
    record Statement(AccountRow account, StatementPage page) {}

    private final CellParts parts;
    private final FencedReads reads;
    private final Customers customers;
    private final Contribution<AuditEntry> changes;
    private final SerialNumbers serials;

    Accounts(
            CellParts parts,
            CellDatabase database,
            FencedReads reads,
            Customers customers,
            Contribution<AuditEntry> changes) {
        this.parts = parts;
        this.reads = reads;
        this.customers = customers;
        this.changes = changes;
        this.serials = new SerialNumbers(database, "account_serial");
    }

    /** Opens an account of a customer; the trace number's home slot is the customer's. */
    CompletableFuture<Answer> open(OpenAccountRequest request, Caller caller) {
        TraceNumber trace = Fields.trace("trace_number", request.getTraceNumber());
        CustomerNumber customer =
                CustomerNumber.parse(Fields.required("customer", request.getCustomer()));
        Currency currency = Fields.currency("currency", request.getCurrency());
        Money limit =
                request.getOverdraftLimit().isEmpty()
                        ? Money.zero(currency)
                        : Money.parse(request.getOverdraftLimit(), currency);
        if (limit.minor() < 0 || limit.minor() > Movement.LARGEST) {
            throw new RefusedException(
                    OutcomeCode.INVALID_AMOUNT,
                    "overdraft_limit: %s (expected: >= 0, at most %d minor units)"
                            .formatted(limit, Movement.LARGEST));
        }
        if (!trace.home().equals(customer.slot())) {
            throw new RefusedException(
                    OutcomeCode.TRACE_NOT_AT_HOME,
                    "trace number: home slot %s (expected: %s, the customer's)"
                            .formatted(trace.home(), customer.slot()));
        }
        long digest =
                ContentDigest.begin(EntryKind.ACCOUNT_OPENED)
                        .add(customer.number())
                        .add(currency.number())
                        .add(limit.minor())
                        .end();
        return numbered(trace.home(), Kind.CUSTOMER)
                .thenCompose(account ->
                        submit(
                                trace.home(),
                                caller,
                                customers.required(customer),
                                ledger(
                                        new LedgerCommand.OpenAccount(
                                                EntryKey.own(trace),
                                                parts.cell(),
                                                digest,
                                                account,
                                                customer.number(),
                                                currency,
                                                limit.minor(),
                                                ""))));
    }

    /** Opens an account of the bank itself in this cell's pinned slot; audited. */
    CompletableFuture<Answer> openInternal(OpenInternalAccountRequest request, Caller caller) {
        TraceNumber trace = Fields.trace("trace_number", request.getTraceNumber());
        Kind kind = Fields.constant("kind", request.getKind(), INTERNAL);
        Currency currency = Fields.currency("currency", request.getCurrency());
        String name = Fields.text("name", Fields.required("name", request.getName()), LONGEST_NAME);
        ChangeOrder order = ChangeOrder.of(caller.operator(), caller.reason());
        if (!trace.home().isPinned()) {
            throw new RefusedException(
                    OutcomeCode.TRACE_NOT_AT_HOME,
                    "trace number: home slot %s (expected: a cell's pinned slot, 9901 to 9999)"
                            .formatted(trace.home()));
        }
        long digest =
                ContentDigest.begin(EntryKind.ACCOUNT_OPENED)
                        .add(kind.digits())
                        .add(currency.number())
                        .add(name)
                        .end();
        return numbered(trace.home(), kind)
                .thenCompose(account ->
                        submit(
                                trace.home(),
                                caller,
                                ledger(
                                        new LedgerCommand.OpenAccount(
                                                EntryKey.own(trace),
                                                parts.cell(),
                                                digest,
                                                account,
                                                0,
                                                currency,
                                                0,
                                                name)),
                                change(
                                        order,
                                        "internal-account.open",
                                        account.toString(),
                                        Map.of("name", name, "trace_number", trace.toString()))));
    }

    /** Freezes, thaws or closes an account; audited. */
    CompletableFuture<Answer> setStatus(SetAccountStatusRequest request, Caller caller) {
        TraceNumber trace = Fields.trace("trace_number", request.getTraceNumber());
        AccountNumber account = Fields.account("account", request.getAccount());
        AccountStatus status =
                Fields.constant("status", request.getStatus(), EnumSet.allOf(AccountStatus.class));
        ChangeOrder order = ChangeOrder.of(caller.operator(), caller.reason());
        MovementOrder.requireHome(trace, account);
        long digest =
                ContentDigest.begin(EntryKind.STATUS_SET)
                        .add(account.number())
                        .add(status.number())
                        .end();
        return submit(
                trace.home(),
                caller,
                ledger(
                        new LedgerCommand.SetStatus(
                                EntryKey.own(trace), parts.cell(), digest, account, status)),
                change(
                        order,
                        "account.set-status",
                        account.toString(),
                        Map.of("status", status.name(), "trace_number", trace.toString())));
    }

    /** The account with this number. */
    CompletableFuture<AccountRow> find(AccountNumber account, Caller caller) {
        return reads.of(
                account.slot(),
                caller,
                connection ->
                        LedgerQueries.account(connection, account)
                                .orElseThrow(() -> unknown(account)));
    }

    /** A page of an account's statement. */
    CompletableFuture<Statement> statement(StatementQuery query, Caller caller) {
        return reads.of(
                query.account().slot(),
                caller,
                connection ->
                        new Statement(
                                LedgerQueries.account(connection, query.account())
                                        .orElseThrow(() -> unknown(query.account())),
                                LedgerQueries.statement(connection, query)));
    }

    /** The same from its end, the newest entry first. */
    CompletableFuture<Statement> newest(
            AccountNumber account, long beforeEntry, int limit, Caller caller) {
        return reads.of(
                account.slot(),
                caller,
                connection ->
                        new Statement(
                                LedgerQueries.account(connection, account)
                                        .orElseThrow(() -> unknown(account)),
                                LedgerQueries.newest(connection, account, beforeEntry, limit)));
    }

    private CompletableFuture<AccountNumber> numbered(Slot slot, Kind kind) {
        return reads.blocking(() -> AccountNumber.of(slot, kind, serials.next()));
    }

    private CompletableFuture<Answer> submit(Slot slot, Caller caller, Part<?>... what) {
        Claim claim = new Claim(slot, WorkKind.NEW_WORK, caller.epochOf(slot));
        List<Part<?>> all = new ArrayList<>(List.of(what));
        return parts.commits().submit(new Work(List.of(claim), all, Lane.NEW, caller.deadline()));
    }

    private Part<LedgerCommand> ledger(LedgerCommand command) {
        return new Part<>(parts.ledger(), command);
    }

    private Part<AuditEntry> change(
            ChangeOrder order, String action, String subject, Map<String, String> details) {
        return new Part<>(changes, new AuditEntry(order, action, subject, details));
    }

    private static RefusedException unknown(AccountNumber account) {
        return new RefusedException(
                OutcomeCode.UNKNOWN_ACCOUNT,
                "account: " + account + " (expected: an account of this cell)");
    }
}
