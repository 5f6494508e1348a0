package io.feiqian.benchmarks;

import io.feiqian.bank.contract.BranchRecord;
import io.feiqian.bank.contract.CellStatusResponse;
import io.feiqian.bank.contract.CountTransactionsResponse;
import io.feiqian.bank.contract.GetAccountResponse;
import io.feiqian.bank.contract.HotAccount;
import io.feiqian.bank.contract.HotAccountsResponse;
import io.feiqian.bank.contract.JournalRecord;
import io.feiqian.bank.contract.KindBalance;
import io.feiqian.bank.contract.ListResolutionsResponse;
import io.feiqian.bank.contract.ListTransactionsResponse;
import io.feiqian.bank.contract.OwnedRange;
import io.feiqian.bank.contract.PeerPosition;
import io.feiqian.bank.contract.ResolutionRecord;
import io.feiqian.bank.contract.ShowAccountResponse;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.StateCount;
import io.feiqian.bank.contract.StatementEntry;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.bank.contract.TrialBalanceResponse;
import io.feiqian.bank.contract.UnfinishedCount;
import io.feiqian.rpc.ResponseOutcome;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import java.util.List;

/**
 * What one of 12 busy cells says: 100 unfinished transactions, the most that a page asks for, 20
 * hot accounts, a page of 50 entries of an account, and books that balance. Thread-safe.
 */
final class CellAnswers {
    private static final Outcome ACCEPTED =
            ResponseOutcome.toContract(io.feiqian.vocabulary.Outcome.accepted(), false);

    private static final int SLOTS = 825;
    private static final int UNFINISHED = 100;
    private static final int HOT = 20;
    private static final int ENTRIES = 50;
    private static final List<String> CURRENCIES = List.of("CZK", "EUR");

    private final int number;
    private final String cell;

    CellAnswers(int number) {
        this.number = number;
        this.cell = "cell-" + number;
    }

    CellStatusResponse status() {
        int first = (number - 1) * SLOTS;
        return CellStatusResponse.newBuilder()
                .setOutcome(ACCEPTED)
                .setCell(cell)
                .setInstance(cell + "-a")
                .setBusinessDate(TransferCell.DAY.toString())
                .setRouteMapVersion(12)
                .addRanges(range(first, first + SLOTS / 2))
                .addRanges(range(first + SLOTS / 2 + 1, first + SLOTS - 1))
                .addRanges(range(9_900 + number, 9_900 + number))
                .setAccounts(1_000_000)
                .setEntries(250_000_000)
                .setUnfinishedDecisions(UNFINISHED)
                .setUnfinishedBranches(UNFINISHED)
                .setDatabaseBytes(80_000_000_000L)
                .build();
    }

    CountTransactionsResponse counts() {
        CountTransactionsResponse.Builder said =
                CountTransactionsResponse.newBuilder()
                        .setOutcome(ACCEPTED)
                        .setCell(cell)
                        .setSuspended(1)
                        .setProposals(1);
        for (String role : List.of("INITIATOR", "BRANCH")) {
            for (String service : List.of("ledger.credit", "loyalty.points", "card.limit")) {
                for (String age : List.of("IN_TIME", "OVERDUE")) {
                    said.addUnfinished(
                            UnfinishedCount.newBuilder()
                                    .setRole(role)
                                    .setState("DECIDED")
                                    .setService(service)
                                    .setAge(age)
                                    .setCount(17));
                }
            }
        }
        for (String state : List.of("SETTLED", "ABORTED", "REFUSED")) {
            said.addNewest(StateCount.newBuilder().setState(state).setCount(300));
        }
        return said.build();
    }

    ListTransactionsResponse transactions() {
        ListTransactionsResponse.Builder said =
                ListTransactionsResponse.newBuilder()
                        .setOutcome(ACCEPTED)
                        .setUnfinishedDecisions(UNFINISHED)
                        .setUnfinishedBranches(UNFINISHED)
                        .setMore(true);
        for (int i = 0; i < UNFINISHED; i++) {
            String trace = SpanBatches.traceNumber((number - 1L) * SLOTS + i).toString();
            said.addTransactions(record(trace, i % 2 == 0 ? "INITIATOR" : "BRANCH", "DECIDED"));
        }
        return said.build();
    }

    ListResolutionsResponse resolutions() {
        return ListResolutionsResponse.newBuilder()
                .setOutcome(ACCEPTED)
                .setCell(cell)
                .addResolutions(
                        ResolutionRecord.newBuilder()
                                .setId("%s-1".formatted(cell))
                                .setTraceNumber(
                                        SpanBatches.traceNumber((number - 1L) * SLOTS).toString())
                                .setAttempt(1)
                                .setBranch(1)
                                .setService("ledger.credit")
                                .setWay("BY_HAND")
                                .setVerdict("CONFIRM")
                                .setEvidence("the payee's bank says that it was posted")
                                .setDigest("0f".repeat(16))
                                .setState("PROPOSED")
                                .setProposer("operator-1")
                                .setProposalReason("the other side does not answer")
                                .setProposedMillis(now() - 60_000)
                                .setExpiresMillis(now() + 3_600_000))
                .build();
    }

    /** The first cell decided it, the second has its branch; nobody else knows it. */
    ShowTransactionResponse transaction(String trace) {
        ShowTransactionResponse.Builder said = ShowTransactionResponse.newBuilder().setCell(cell);
        if (number > 2) {
            return said.setOutcome(
                            ResponseOutcome.toContract(
                                    io.feiqian.vocabulary.Outcome.refused(
                                            OutcomeCode.UNKNOWN_TRANSACTION, "not here"),
                                    false))
                    .build();
        }
        said.setOutcome(ACCEPTED)
                .setInstance(cell + "-a")
                .addRecords(record(trace, number == 1 ? "INITIATOR" : "BRANCH", "SETTLED"));
        for (int step = 1; step <= 2; step++) {
            said.addEntries(
                    JournalRecord.newBuilder()
                            .setSubNumber(step)
                            .setKind("TRANSFER")
                            .setDebit(account(step))
                            .setCredit(account(step + 1))
                            .setCurrency("CZK")
                            .setAmount("12.50")
                            .setBusinessDate(TransferCell.DAY.toString())
                            .setPostedAtMillis(now() - 1_000));
        }
        return said.build();
    }

    TrialBalanceResponse trial() {
        TrialBalanceResponse.Builder said =
                TrialBalanceResponse.newBuilder().setOutcome(ACCEPTED).setCell(cell);
        for (String currency : CURRENCIES) {
            said.addKinds(kind(currency, "CUSTOMER", 900_000, "1000000.00"))
                    .addKinds(kind(currency, "CASH", 5, "-800000.00"))
                    .addKinds(kind(currency, "NOSTRO", 3, "-150000.00"))
                    .addKinds(kind(currency, "INCOME", 2, "-50000.00"));
            for (int peer = 1; peer <= SpanBatches.CELLS; peer++) {
                if (peer != number) {
                    said.addPeers(
                            PeerPosition.newBuilder()
                                    .setPeer("cell-" + peer)
                                    .setCurrency(currency)
                                    .setBalanceMinor((number - peer) * 1_000L));
                }
            }
        }
        return said.build();
    }

    HotAccountsResponse hot() {
        HotAccountsResponse.Builder said =
                HotAccountsResponse.newBuilder()
                        .setOutcome(ACCEPTED)
                        .setCell(cell)
                        .setSinceMillis(now() - 300_000)
                        .setEntries(150_000);
        for (int i = 0; i < HOT; i++) {
            said.addAccounts(
                    HotAccount.newBuilder()
                            .setAccount(account(i))
                            .setKind("CUSTOMER")
                            .setEntries(5_000L - i * 100L - number)
                            .setCurrency("CZK")
                            .setTurnover("125000.50"));
        }
        return said.build();
    }

    ShowAccountResponse account(String asked) {
        if (number > 1) {
            return ShowAccountResponse.newBuilder()
                    .setOutcome(
                            ResponseOutcome.toContract(
                                    io.feiqian.vocabulary.Outcome.refused(
                                            OutcomeCode.UNKNOWN_ACCOUNT, "not here"),
                                    false))
                    .build();
        }
        ShowAccountResponse.Builder said =
                ShowAccountResponse.newBuilder()
                        .setOutcome(ACCEPTED)
                        .setCell(cell)
                        .setAccount(
                                GetAccountResponse.newBuilder()
                                        .setAccount(asked)
                                        .setCustomer("1")
                                        .setKind("CUSTOMER")
                                        .setCurrency("CZK")
                                        .setStatus("OPEN")
                                        .setBalance("1000.00")
                                        .setHeld("0.00")
                                        .setPending("0.00")
                                        .setOverdraftLimit("0.00")
                                        .setAvailable("1000.00")
                                        .setBusinessDate(TransferCell.DAY.toString()))
                        .setMore(true);
        for (int i = 0; i < ENTRIES; i++) {
            said.addEntries(
                    StatementEntry.newBuilder()
                            .setEntry(1_000 - i)
                            .setBusinessDate(TransferCell.DAY.toString())
                            .setTraceNumber(SpanBatches.traceNumber(i).toString())
                            .setSubNumber(1)
                            .setKind("TRANSFER")
                            .setAmount("-12.50")
                            .setBalanceAfter("1000.00")
                            .setCounterAccount(account(i))
                            .setText("rent")
                            .setPostedAtMillis(now() - i * 60_000L));
        }
        return said.build();
    }

    private TransactionRecord record(String trace, String role, String state) {
        return TransactionRecord.newBuilder()
                .setTraceNumber(trace)
                .setCell(cell)
                .setRole(role)
                .setState(state)
                .setAttempt(1)
                .setInitiator("cell-1")
                .setBusinessDate(TransferCell.DAY.toString())
                .setDecideByMillis(now() - 30_000)
                .setFinishedAtMillis(state.equals("SETTLED") ? now() - 20_000 : 0)
                .setNowMillis(now())
                .setSaid(ACCEPTED)
                .setContent("TRANSFER 12.50 CZK from %s to %s".formatted(account(1), account(2)))
                .addBranches(
                        BranchRecord.newBuilder()
                                .setBranch(1)
                                .setService("ledger.credit")
                                .setSlot(SLOTS + 1)
                                .setCell("cell-2")
                                .setFinished(state.equals("SETTLED")))
                .build();
    }

    private static KindBalance kind(String currency, String kind, long accounts, String balance) {
        return KindBalance.newBuilder()
                .setCurrency(currency)
                .setKind(kind)
                .setAccounts(accounts)
                .setBalance(balance)
                .setHeld("0.00")
                .setPending("0.00")
                .build();
    }

    private static OwnedRange range(int first, int last) {
        return OwnedRange.newBuilder()
                .setFirst(first)
                .setLast(last)
                .setState("OPEN")
                .setEpoch(3)
                .build();
    }

    private String account(int serial) {
        Slot slot = new Slot((number - 1) * SLOTS + serial);
        return AccountNumber.of(slot, AccountNumber.Kind.CUSTOMER, serial).toString();
    }

    private static long now() {
        return Clock.system().now().toEpochMilli();
    }
}
