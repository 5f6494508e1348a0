package io.feiqian.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.bank.contract.BranchRecord;
import io.feiqian.bank.contract.Change;
import io.feiqian.bank.contract.CountTransactionsRequest;
import io.feiqian.bank.contract.CountTransactionsResponse;
import io.feiqian.bank.contract.JournalRecord;
import io.feiqian.bank.contract.ListChangesRequest;
import io.feiqian.bank.contract.ListTransactionsRequest;
import io.feiqian.bank.contract.ListTransactionsResponse;
import io.feiqian.bank.contract.ResumeTransactionRequest;
import io.feiqian.bank.contract.RetryTransactionRequest;
import io.feiqian.bank.contract.RetryTransactionResponse;
import io.feiqian.bank.contract.ShowTransactionRequest;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.SuspendTransactionRequest;
import io.feiqian.bank.contract.SuspendTransactionResponse;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.bank.contract.UnfinishedCount;
import io.feiqian.bank.contract.Wait;
import io.feiqian.transaction.PeerMessage;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransactionDeskTest {
    @TempDir private Path secrets;
    private TwoCells cells;

    @BeforeEach
    void start() {
        cells = new TwoCells(secrets);
    }

    @AfterEach
    void stop() {
        cells.close();
    }

    @Test
    @Requirement("B11.3-c")
    void whatHangsIsListedAndShownWholeAndTakenUpAgainWithARecordOfWhoAsked() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        cells.peers().lose(PeerMessage.Kind.CONFIRM);
        cells.peers().lose(PeerMessage.Kind.INQUIRY);
        TransferRequest.Builder transfer =
                cells.transfer(payer, payee, "60.00").setWait(Wait.DECIDED);
        cells.bank(payer).transfer(transfer.build());
        String trace = transfer.getTraceNumber();

        ListTransactionsResponse first = list(TwoCells.FIRST, "");
        assertThat(first.getUnfinishedDecisions()).isEqualTo(1);
        assertThat(first.getTransactionsList())
                .singleElement()
                .satisfies(record -> {
                    assertThat(record.getTraceNumber()).isEqualTo(trace);
                    assertThat(record.getRole()).isEqualTo("INITIATOR");
                    assertThat(record.getState()).isEqualTo("DECIDED");
                    assertThat(record.getContent()).contains("60.00 CNY", payer, payee);
                });
        assertThat(list(TwoCells.SECOND, "tried").getTransactionsList())
                .extracting(TransactionRecord::getTraceNumber, TransactionRecord::getRole)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(trace, "BRANCH"));
        assertThat(list(TwoCells.FIRST, "settled").getTransactionsList()).isEmpty();

        ShowTransactionResponse shown = show(TwoCells.FIRST, trace);
        assertThat(shown.getPhase()).isEqualTo("CONFIRMING");
        assertThat(shown.getRecords(0).getBranchesList())
                .singleElement()
                .returns("cell-2", BranchRecord::getCell)
                .returns(false, BranchRecord::getFinished);
        assertThat(shown.getEntriesList())
                .singleElement()
                .returns("60.00", JournalRecord::getAmount)
                .returns(payer, JournalRecord::getDebit);

        cells.peers().heal();
        assertThat(retry(TwoCells.FIRST, trace).getTakenUp()).isEqualTo(1);
        cells.bank(payer)
                .withDeadlineAfter(1, TimeUnit.MINUTES)
                .transfer(transfer.setWait(Wait.SETTLED).build());
        assertThat(show(TwoCells.SECOND, trace).getRecords(0).getState()).isEqualTo("CONFIRMED");
        assertThat(retry(TwoCells.SECOND, trace).getTakenUp()).isZero();
        assertThat(
                        cells.admin(TwoCells.FIRST)
                                .listChanges(ListChangesRequest.getDefaultInstance())
                                .getChangesList())
                .filteredOn(change -> change.getAction().equals("transaction.retry"))
                .singleElement()
                .extracting(Change::getDetail)
                .asString()
                .contains(trace);
    }

    @Test
    void whatIsNotUnderstoodOrNotThereIsRefusedWithWhatWasExpected() {
        assertThat(list(TwoCells.FIRST, "lost").getOutcome().getMessage())
                .contains("state: LOST", "expected: one of", "UNFINISHED");
        assertThat(
                        cells.admin(TwoCells.FIRST)
                                .listTransactions(
                                        ListTransactionsRequest.newBuilder()
                                                .setLimit(5_000)
                                                .build())
                                .getOutcome()
                                .getMessage())
                .isEqualTo("limit: 5000 (expected: 1 to 1000)");
        String nobodys = cells.trace(TwoCells.IN_FIRST).toString();
        assertThat(show(TwoCells.FIRST, nobodys).getRecordsList()).isEmpty();
        assertThat(retry(TwoCells.FIRST, nobodys).getOutcome().getCode())
                .isEqualTo(OutcomeCode.UNKNOWN_TRANSACTION.number());
        assertThat(show(TwoCells.FIRST, "12").getOutcome().getCode())
                .isNotEqualTo(OutcomeCode.ACCEPTED.number());
    }

    @Test
    void anOperatorCountsSuspendsAndResumesAndEachIsOnRecordWithWhoAndWhy() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        cells.peers().lose(PeerMessage.Kind.CONFIRM);
        cells.peers().lose(PeerMessage.Kind.INQUIRY);
        TransferRequest.Builder transfer =
                cells.transfer(payer, payee, "60.00").setWait(Wait.DECIDED);
        cells.bank(payer).transfer(transfer.build());
        String trace = transfer.getTraceNumber();

        CountTransactionsResponse counts = count();
        assertThat(counts.getUnfinishedList())
                .singleElement()
                .returns("DECIDED", UnfinishedCount::getState)
                .returns("ledger.credit", UnfinishedCount::getService)
                .returns(1L, UnfinishedCount::getCount);
        assertThat(suspend("anna", trace).getChanged()).isTrue();
        assertThat(suspend("berta", trace).getChanged()).isFalse();
        assertThat(count().getSuspended()).isEqualTo(1);
        assertThat(show(TwoCells.FIRST, trace).getSuspension().getOperator()).isEqualTo("anna");
        assertThat(retry(TwoCells.FIRST, trace).getOutcome().getCode())
                .isEqualTo(OutcomeCode.TRANSACTION_SUSPENDED.number());

        cells.peers().heal();
        ResumeTransactionRequest resume =
                ResumeTransactionRequest.newBuilder().setTraceNumber(trace).build();
        assertThat(cells.admin(TwoCells.FIRST).resumeTransaction(resume).getChanged()).isTrue();
        assertThat(cells.admin(TwoCells.FIRST).resumeTransaction(resume).getChanged()).isFalse();
        cells.until(() -> show(TwoCells.FIRST, trace).getRecords(0).getState().equals("SETTLED"));
        assertThat(show(TwoCells.FIRST, trace).getActionsList())
                .extracting(Change::getAction, Change::getOperator)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("transaction.resume", "tester"),
                        org.assertj.core.groups.Tuple.tuple("transaction.suspend", "anna"));
        assertThat(
                        suspend("anna", cells.trace(TwoCells.IN_FIRST).toString())
                                .getOutcome()
                                .getName())
                .isEqualTo(OutcomeCode.UNKNOWN_TRANSACTION.name());
    }

    private CountTransactionsResponse count() {
        return cells.admin(TwoCells.FIRST)
                .countTransactions(CountTransactionsRequest.getDefaultInstance());
    }

    private SuspendTransactionResponse suspend(String operator, String trace) {
        return cells.admin(TwoCells.FIRST, operator)
                .suspendTransaction(
                        SuspendTransactionRequest.newBuilder().setTraceNumber(trace).build());
    }

    private ListTransactionsResponse list(CellId cell, String state) {
        return cells.admin(cell)
                .listTransactions(ListTransactionsRequest.newBuilder().setState(state).build());
    }

    private ShowTransactionResponse show(CellId cell, String trace) {
        return cells.admin(cell)
                .showTransaction(ShowTransactionRequest.newBuilder().setTraceNumber(trace).build());
    }

    private RetryTransactionResponse retry(CellId cell, String trace) {
        return cells.admin(cell)
                .retryTransaction(
                        RetryTransactionRequest.newBuilder().setTraceNumber(trace).build());
    }
}
