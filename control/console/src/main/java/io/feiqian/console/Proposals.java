package io.feiqian.console;

import io.feiqian.bank.contract.ApproveResolutionRequest;
import io.feiqian.bank.contract.ListResolutionsRequest;
import io.feiqian.bank.contract.ListResolutionsResponse;
import io.feiqian.bank.contract.RejectResolutionRequest;
import io.feiqian.bank.contract.ResolutionRecord;
import io.feiqian.bank.contract.ResolutionResponse;
import io.feiqian.bank.contract.RetryTransactionRequest;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Map;

/** What the second operator does about a proposal of the first. */
final class Proposals {
    private final Trail trail;

    Proposals(Trail trail) {
        this.trail = trail;
    }

    /**
     * What waits for a second operator.
     *
     * @param silent the cells that said nothing
     */
    record Waiting(List<String> silent, List<ResolutionRecord> proposals) {}

    /** A proposal after it was decided on. */
    record Decided(ResolutionRecord proposal) {}

    Waiting waiting(Asked visit) {
        Cells.Said<ListResolutionsResponse> said =
                visit.cells()
                        .askAll(cell ->
                                cell.ask(it ->
                                        it.listResolutions(
                                                ListResolutionsRequest.getDefaultInstance())));
        return new Waiting(
                said.silent(),
                said.answers().stream()
                        .map(ListResolutionsResponse::getResolutionsList)
                        .flatMap(List::stream)
                        .toList());
    }

    Decided approve(Asked visit) {
        String id = visit.part("id");
        ApproveResolutionRequest request =
                ApproveResolutionRequest.newBuilder()
                        .setId(id)
                        .setDigest(visit.field("digest"))
                        .build();
        record(visit, "transaction.approve", id);
        ResolutionRecord row =
                visit.cells()
                        .askOne(
                                cellOf(id),
                                visit.user().name(),
                                visit.field("reason"),
                                it -> it.approveResolution(request),
                                ResolutionResponse::getOutcome)
                        .getResolution();
        takeUp(visit, row);
        return new Decided(row);
    }

    Decided reject(Asked visit) {
        String id = visit.part("id");
        RejectResolutionRequest request = RejectResolutionRequest.newBuilder().setId(id).build();
        record(visit, "transaction.reject", id);
        return new Decided(
                visit.cells()
                        .askOne(
                                cellOf(id),
                                visit.user().name(),
                                visit.field("reason"),
                                it -> it.rejectResolution(request),
                                ResolutionResponse::getOutcome)
                        .getResolution());
    }

    /** The protocol does the rest, at once: in the cell that decided it waits for an operator. */
    private void takeUp(Asked visit, ResolutionRecord row) {
        RetryTransactionRequest request =
                RetryTransactionRequest.newBuilder().setTraceNumber(row.getTraceNumber()).build();
        var _ =
                visit.cells()
                        .askAll(
                                visit.user().name(),
                                visit.field("reason"),
                                cell -> cell.ask(it -> it.retryTransaction(request)));
    }

    /** Under the transaction's number, so that who looks for it finds who put it right. */
    private void record(Asked visit, String action, String id) {
        String subject =
                waiting(visit).proposals().stream()
                        .filter(each -> each.getId().equals(id))
                        .map(ResolutionRecord::getTraceNumber)
                        .findFirst()
                        .orElse(id);
        trail.add(visit, action, subject, Map.of("proposal", id));
    }

    /** A proposal's id names its cell first. */
    private static String cellOf(String id) {
        if (!id.matches("[0-9]{1,2}-[0-9]{1,18}")) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_PROPOSAL, "proposal: (expected: a number such as 2-17)");
        }
        return "cell-" + id.substring(0, id.indexOf('-'));
    }
}
