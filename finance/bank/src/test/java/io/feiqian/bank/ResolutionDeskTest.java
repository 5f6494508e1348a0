package io.feiqian.bank;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.feiqian.bank.contract.AlarmRecord;
import io.feiqian.bank.contract.ApproveResolutionRequest;
import io.feiqian.bank.contract.AuditBooksRequest;
import io.feiqian.bank.contract.BranchRecord;
import io.feiqian.bank.contract.Change;
import io.feiqian.bank.contract.JournalRecord;
import io.feiqian.bank.contract.ListResolutionsRequest;
import io.feiqian.bank.contract.LostBranch;
import io.feiqian.bank.contract.PeerPosition;
import io.feiqian.bank.contract.ProposeResolutionRequest;
import io.feiqian.bank.contract.RejectResolutionRequest;
import io.feiqian.bank.contract.ResolutionRecord;
import io.feiqian.bank.contract.ResolutionResponse;
import io.feiqian.bank.contract.RetryTransactionRequest;
import io.feiqian.bank.contract.ShowTransactionRequest;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.SuspendTransactionRequest;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.bank.contract.Wait;
import io.feiqian.transaction.PeerMessage;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two operators end by hand what the protocol cannot, and never against the decision. */
@Timeout(300)
class ResolutionDeskTest {
    private static final int AMOUNTS_LAST_BYTE = 36;
    private static final String ACKNOWLEDGE = "ACKNOWLEDGE";
    private static final String CORRECT = "CORRECT";
    private static final String CONFIRMED = "CONFIRMED";
    private static final String CANCELLED = "CANCELLED";

    @TempDir private Path secrets;
    private TwoCells cells;
    private String payer = "";
    private String payee = "";

    @BeforeEach
    void start() {
        cells = new TwoCells(secrets);
        payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        payee = cells.account(TwoCells.IN_SECOND, "");
    }

    @AfterEach
    void stop() {
        cells.close();
    }

    @Test
    @Requirement("B12-c.2")
    void aContradictionIsPutRightByTwoOperatorsOnceAndTheProtocolEndsIt() {
        String trace = contradicted();
        assertThat(cells.balance(payer)).isEqualTo("40.00");
        assertThat(cells.balance(payee)).isEqualTo("0.00");
        ShowTransactionResponse shown = show(TwoCells.FIRST, trace);
        assertThat(shown.getDriving(0).getPhase()).isEqualTo("STOPPED");
        assertThat(shown.getRecords(0).getBranches(0).getCorrectingEntry())
                .contains("TRANSFER 60.00 CNY", payee);
        cells.until(() -> !show(TwoCells.FIRST, trace).getAlarmsList().isEmpty());
        assertThat(show(TwoCells.FIRST, trace).getAlarmsList())
                .extracting(AlarmRecord::getKind)
                .contains("transaction-contradiction");

        ResolutionRecord proposed =
                accepted(propose(TwoCells.SECOND, "anna", trace, CORRECT, CONFIRMED));
        assertThat(proposed.getEvidence()).startsWith("post TRANSFER 60.00 CNY").contains(payee);
        assertThat(cells.balance(payee))
                .as("nothing happens before it is approved")
                .isEqualTo("0.00");
        assertThat(
                        cells.admin(TwoCells.SECOND)
                                .listResolutions(ListResolutionsRequest.getDefaultInstance())
                                .getResolutionsList())
                .containsExactly(proposed);

        assertCode(
                approve(" Anna", proposed.getId(), proposed.getDigest()),
                OutcomeCode.SECOND_OPERATOR_REQUIRED);
        for (String perhapsAnna : List.of("oidc:anna", "oidc:berta", " OIDC:berta")) {
            assertCode(
                    approve(perhapsAnna, proposed.getId(), proposed.getDigest()),
                    OutcomeCode.SECOND_OPERATOR_REQUIRED);
        }
        assertCode(
                approve("berta", proposed.getId(), "0123456789abcdef"),
                OutcomeCode.PROPOSAL_DIFFERS);
        assertCode(approve("berta", "2-4711", "0123456789abcdef"), OutcomeCode.UNKNOWN_PROPOSAL);
        assertThat(cells.balance(payee)).isEqualTo("0.00");

        List<ResolutionResponse> atOnce =
                Stream.of("berta", "carla", "berta", "carla")
                        .map(name ->
                                CompletableFuture.supplyAsync(() ->
                                        approve(name, proposed.getId(), proposed.getDigest())))
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .toList();
        assertThat(atOnce)
                .filteredOn(it -> it.getOutcome().getCode() == 0 && !it.getOutcome().getRecorded())
                .as("approved by four calls at once, done once")
                .hasSize(1);
        assertThat(cells.balance(payee)).isEqualTo("60.00");
        assertCode(
                approve("dora", proposed.getId(), proposed.getDigest()),
                OutcomeCode.PROPOSAL_ENDED);

        retry(TwoCells.FIRST, trace);
        cells.until(() -> state(TwoCells.FIRST, trace).equals("SETTLED"));
        assertThat(state(TwoCells.SECOND, trace)).isEqualTo(CONFIRMED);
        assertThat(cells.balance(payee)).isEqualTo("60.00");
        assertBooksBalance();
        assertThat(show(TwoCells.SECOND, trace).getActionsList())
                .extracting(Change::getAction)
                .contains("transaction.resolution.propose", "transaction.resolution.approve");
        assertThat(cells.alarms()).anyMatch(it -> it.name().equals("transaction-resolved"));
    }

    @Test
    void nobodyResolvesAgainstTheDecision() {
        String trace = contradicted();
        assertCode(
                propose(TwoCells.FIRST, "anna", trace, ACKNOWLEDGE, CANCELLED),
                OutcomeCode.AGAINST_DECISION);
        cells.run(TwoCells.SECOND, "update branch set state = 2");
        ResolutionResponse response = propose(TwoCells.SECOND, "anna", trace, CORRECT, CANCELLED);
        assertCode(response, OutcomeCode.AGAINST_DECISION);
        assertThat(response.getOutcome().getMessage()).contains("reverse it");
    }

    @Test
    void whatEndsByItselfIsNotResolvedByHand() {
        String trace = stuck();
        assertCode(
                propose(TwoCells.FIRST, "anna", trace, ACKNOWLEDGE, CONFIRMED),
                OutcomeCode.NOT_TO_BE_RESOLVED);
        assertCode(
                propose(TwoCells.SECOND, "anna", trace, CORRECT, CONFIRMED),
                OutcomeCode.NOT_TO_BE_RESOLVED);
        assertCode(
                propose(
                        TwoCells.FIRST,
                        "anna",
                        cells.trace(TwoCells.IN_FIRST).toString(),
                        ACKNOWLEDGE,
                        CONFIRMED),
                OutcomeCode.UNKNOWN_TRANSACTION);
    }

    @Test
    void aProposalThatExpiredWasRejectedOrWasTamperedWithIsNotApproved() {
        String trace = contradicted();
        ResolutionRecord expired =
                accepted(propose(TwoCells.SECOND, "anna", trace, CORRECT, CONFIRMED));
        cells.run(TwoCells.SECOND, "update resolution set expires_at = 1");
        assertThat(show(TwoCells.SECOND, trace).getResolutions(0).getState()).isEqualTo("EXPIRED");
        ResolutionResponse late = approve("berta", expired.getId(), expired.getDigest());
        assertCode(late, OutcomeCode.PROPOSAL_ENDED);
        assertThat(late.getOutcome().getMessage()).contains("expired");

        ResolutionRecord rejected =
                accepted(propose(TwoCells.SECOND, "anna", trace, CORRECT, CONFIRMED));
        assertThat(
                        accepted(
                                        cells.admin(TwoCells.SECOND, "berta")
                                                .rejectResolution(
                                                        RejectResolutionRequest.newBuilder()
                                                                .setId(rejected.getId())
                                                                .build()))
                                .getState())
                .isEqualTo("REJECTED");
        assertCode(
                approve("carla", rejected.getId(), rejected.getDigest()),
                OutcomeCode.PROPOSAL_ENDED);

        ResolutionRecord tampered =
                accepted(propose(TwoCells.SECOND, "anna", trace, CORRECT, CONFIRMED));
        cells.run(TwoCells.SECOND, "update resolution set evidence = 'nothing to see'");
        assertCode(
                approve("berta", tampered.getId(), tampered.getDigest()),
                OutcomeCode.PROPOSAL_DIFFERS);
        ResolutionRecord asItIsNow = show(TwoCells.SECOND, trace).getResolutionsList().getLast();
        assertCode(
                approve("berta", asItIsNow.getId(), asItIsNow.getDigest()),
                OutcomeCode.PROPOSAL_DIFFERS);
        assertThat(cells.balance(payee)).isEqualTo("0.00");
    }

    @Test
    void aBranchWhoseCellIsGoneIsAcknowledgedAtTheDecisionWithWhereItWasCorrected() {
        String trace = stuck();
        cells.run(TwoCells.FIRST, "update decision set decide_by = decide_by - 3600000");
        assertCode(
                propose(TwoCells.FIRST, "anna", trace, ACKNOWLEDGE, CONFIRMED),
                OutcomeCode.NOT_TO_BE_RESOLVED);
        assertThat(
                        cells.admin(TwoCells.FIRST)
                                .suspendTransaction(
                                        SuspendTransactionRequest.newBuilder()
                                                .setTraceNumber(trace)
                                                .build())
                                .getChanged())
                .isTrue();
        assertCode(
                cells.admin(TwoCells.FIRST, "anna")
                        .proposeResolution(
                                request(trace, ACKNOWLEDGE, CONFIRMED).clearEvidence().build()),
                OutcomeCode.MISSING_FIELD);
        ResolutionRecord proposed =
                accepted(propose(TwoCells.FIRST, "anna", trace, ACKNOWLEDGE, CONFIRMED));

        ResolutionResponse approved =
                cells.admin(TwoCells.FIRST, "berta")
                        .approveResolution(
                                ApproveResolutionRequest.newBuilder()
                                        .setId(proposed.getId())
                                        .setDigest(proposed.getDigest())
                                        .build());

        assertThat(accepted(approved).getState()).isEqualTo("APPROVED");
        assertThat(state(TwoCells.FIRST, trace)).isEqualTo("SETTLED");
        assertThat(show(TwoCells.FIRST, trace).getDrivingList())
                .as("nobody goes on confirming it")
                .isEmpty();

        // The cell was not gone after all: what it had reserved is given back, not credited too.
        cells.peers().heal();
        cells.run(TwoCells.SECOND, "update branch set decide_by = 0");
        cells.until(() -> state(TwoCells.SECOND, trace).equals(CANCELLED));
        assertThat(cells.balance(payee)).isEqualTo("0.00");
    }

    @Test
    void aBranchWhoseRowIsLostIsConfirmedFromTheDecisionsListAndFromNothingElse() {
        String trace = stuck();
        cells.run(TwoCells.SECOND, "delete from branch");
        cells.peers().heal();
        cells.until(() -> stopped(trace));
        BranchRecord listed = show(TwoCells.FIRST, trace).getRecords(0).getBranches(0);
        TransactionRecord decision = show(TwoCells.FIRST, trace).getRecords(0);
        LostBranch.Builder lost =
                LostBranch.newBuilder()
                        .setAttempt(decision.getAttempt())
                        .setSlot(listed.getSlot())
                        .setService(listed.getService())
                        .setContent(listed.getContent())
                        .setInitiator(decision.getInitiator())
                        .setTransactionDigest(decision.getTransactionDigest())
                        .setBusinessDate(decision.getBusinessDate());
        byte[] larger = listed.getContent().toByteArray();
        larger[AMOUNTS_LAST_BYTE]++;
        assertCode(
                cells.admin(TwoCells.SECOND, "anna")
                        .proposeResolution(
                                request(trace, CORRECT, CONFIRMED)
                                        .setLost(
                                                lost.clone()
                                                        .setContent(ByteString.copyFrom(larger)))
                                        .build()),
                OutcomeCode.AGAINST_DECISION);

        ResolutionRecord proposed =
                accepted(
                        cells.admin(TwoCells.SECOND, "anna")
                                .proposeResolution(
                                        request(trace, CORRECT, CONFIRMED).setLost(lost).build()));
        accepted(approve("berta", proposed.getId(), proposed.getDigest()));

        retry(TwoCells.FIRST, trace);
        cells.until(() -> state(TwoCells.FIRST, trace).equals("SETTLED"));
        assertThat(cells.balance(payee)).isEqualTo("60.00");
        assertBooksBalance();
    }

    @Test
    void whatWasCreditedAlthoughItDidNotCommitIsTakenBack() {
        cells.peers().forge(PeerMessage.Kind.CANCEL, PeerMessage.Kind.CONFIRM);
        TransferRequest.Builder transfer =
                cells.transfer(payer, payee, "160.00").setWait(Wait.DECIDED);
        cells.bank(payer).transfer(transfer.build());
        String trace = transfer.getTraceNumber();
        cells.until(() -> cells.balance(payee).equals("160.00"));
        cells.peers().heal();
        cells.until(() -> stopped(trace));

        assertCode(
                propose(TwoCells.SECOND, "anna", trace, CORRECT, CONFIRMED),
                OutcomeCode.NOT_TO_BE_RESOLVED);
        ResolutionRecord proposed =
                accepted(propose(TwoCells.SECOND, "anna", trace, CORRECT, CANCELLED));
        assertThat(proposed.getEvidence()).startsWith("take back: REVERSAL 160.00 CNY");
        accepted(approve("berta", proposed.getId(), proposed.getDigest()));

        assertThat(cells.balance(payee)).isEqualTo("0.00");
        assertThat(cells.balance(payer)).isEqualTo("100.00");
        retry(TwoCells.FIRST, trace);
        cells.until(() -> show(TwoCells.FIRST, trace).getRecords(0).getFinishedAtMillis() > 0);
        assertBooksBalance();
        assertThat(show(TwoCells.SECOND, trace).getEntriesList())
                .extracting(JournalRecord::getKind)
                .contains("TRANSFER");
    }

    /** Decided and debited, but the payee's cell has cancelled its branch. */
    private String contradicted() {
        cells.peers().forge(PeerMessage.Kind.CONFIRM, PeerMessage.Kind.CANCEL);
        String trace = transferred();
        cells.until(() -> state(TwoCells.SECOND, trace).equals(CANCELLED));
        cells.peers().heal();
        cells.until(() -> stopped(trace));
        return trace;
    }

    /** Decided and debited, but no confirm comes through. */
    private String stuck() {
        cells.peers().lose(PeerMessage.Kind.CONFIRM);
        cells.peers().lose(PeerMessage.Kind.INQUIRY);
        return transferred();
    }

    private String transferred() {
        TransferRequest.Builder transfer =
                cells.transfer(payer, payee, "60.00").setWait(Wait.DECIDED);
        assertThat(cells.bank(payer).transfer(transfer.build()).getOutcome().getCode()).isZero();
        return transfer.getTraceNumber();
    }

    private boolean stopped(String trace) {
        return show(TwoCells.FIRST, trace).getDrivingList().stream()
                .anyMatch(each -> each.getPhase().equals("STOPPED"));
    }

    private String state(CellId cell, String trace) {
        return show(cell, trace).getRecords(0).getState();
    }

    private ShowTransactionResponse show(CellId cell, String trace) {
        return cells.admin(cell)
                .showTransaction(ShowTransactionRequest.newBuilder().setTraceNumber(trace).build());
    }

    private void retry(CellId cell, String trace) {
        assertThat(
                        cells.admin(cell)
                                .retryTransaction(
                                        RetryTransactionRequest.newBuilder()
                                                .setTraceNumber(trace)
                                                .build())
                                .getTakenUp())
                .isEqualTo(1);
    }

    private ResolutionResponse propose(
            CellId cell, String operator, String trace, String way, String verdict) {
        return cells.admin(cell, operator).proposeResolution(request(trace, way, verdict).build());
    }

    private static ProposeResolutionRequest.Builder request(
            String trace, String way, String verdict) {
        return ProposeResolutionRequest.newBuilder()
                .setTraceNumber(trace)
                .setBranch(1)
                .setWay(way)
                .setVerdict(verdict)
                .setEvidence("voucher 17 of 2026-01-05");
    }

    private ResolutionResponse approve(String operator, String id, String digest) {
        return cells.admin(TwoCells.SECOND, operator)
                .approveResolution(
                        ApproveResolutionRequest.newBuilder().setId(id).setDigest(digest).build());
    }

    private static ResolutionRecord accepted(ResolutionResponse response) {
        assertThat(response.getOutcome().getCode()).as(response.getOutcome().getMessage()).isZero();
        return response.getResolution();
    }

    private static void assertCode(ResolutionResponse response, OutcomeCode code) {
        assertThat(response.getOutcome().getName())
                .as(response.getOutcome().getMessage())
                .isEqualTo(code.name());
    }

    /** Each cell's books balance, and what the cells owe each other nets to nothing. */
    private void assertBooksBalance() {
        long net = 0;
        for (CellId each : List.of(TwoCells.FIRST, TwoCells.SECOND)) {
            var books = cells.admin(each).auditBooks(AuditBooksRequest.getDefaultInstance());
            assertThat(books.getFindingsList()).isEmpty();
            net += books.getPeersList().stream().mapToLong(PeerPosition::getBalanceMinor).sum();
        }
        assertThat(net).isZero();
    }
}
