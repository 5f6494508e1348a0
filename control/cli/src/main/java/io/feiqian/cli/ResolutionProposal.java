package io.feiqian.cli;

import io.feiqian.bank.contract.BranchRecord;
import io.feiqian.bank.contract.LostBranch;
import io.feiqian.bank.contract.ProposeResolutionRequest;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a branch that the protocol cannot end is proposed to end, as the cell is told that has to do
 * it: a pure function of what the cells have on record.
 *
 * @param cell the cell that is asked
 * @param request what it is asked
 */
public record ResolutionProposal(String cell, ProposeResolutionRequest request) {
    /**
     * The proposal for one branch.
     *
     * @param records what the cells have on record of the transaction
     * @param silent what is to be said of the cells that did not answer
     * @param verdict {@code CONFIRMED} or {@code CANCELLED}, in any case
     * @param correctedBy where the correction is recorded that was made elsewhere; empty where the
     *     cell of the branch is to post the correcting entry itself
     * @throws CommandFailure where the records do not say who could do it
     */
    public static ResolutionProposal of(
            TraceNumber trace,
            List<TransactionRecord> records,
            List<String> silent,
            int branch,
            String verdict,
            String correctedBy) {
        Optional<TransactionRecord> decision =
                records.stream().filter(each -> each.getRole().equals("INITIATOR")).findFirst();
        ProposeResolutionRequest.Builder request =
                ProposeResolutionRequest.newBuilder()
                        .setTraceNumber(trace.toString())
                        .setBranch(branch)
                        .setVerdict(verdict.toUpperCase(Locale.ROOT))
                        .setEvidence(correctedBy);
        if (!correctedBy.isEmpty()) {
            String cell =
                    decision.map(TransactionRecord::getCell).orElseThrow(() -> undecided(silent));
            return new ResolutionProposal(cell, request.setWay("ACKNOWLEDGE").build());
        }
        String cell =
                records.stream()
                        .filter(each -> each.getRole().equals("BRANCH"))
                        .filter(each -> each.getBranches(0).getBranch() == branch)
                        .findFirst()
                        .map(TransactionRecord::getCell)
                        .orElseGet(() -> lost(decision, branch, request));
        return new ResolutionProposal(cell, request.setWay("CORRECT").build());
    }

    /** No cell has a row of the branch: the decision says whose it is and what it was to do. */
    private static String lost(
            Optional<TransactionRecord> decision,
            int branch,
            ProposeResolutionRequest.Builder request) {
        TransactionRecord listing = decision.orElseThrow(() -> undecided(List.of()));
        BranchRecord listed =
                listing.getBranchesList().stream()
                        .filter(each -> each.getBranch() == branch)
                        .findFirst()
                        .orElseThrow(() ->
                                new CommandFailure(
                                        ExitStatus.FAILED,
                                        "branch: %d (expected: 1 to %d)"
                                                .formatted(branch, listing.getBranchesCount()),
                                        "See 'feiqian tx show'."));
        request.setLost(
                LostBranch.newBuilder()
                        .setAttempt(listing.getAttempt())
                        .setSlot(listed.getSlot())
                        .setService(listed.getService())
                        .setContent(listed.getContent())
                        .setInitiator(listing.getInitiator())
                        .setTransactionDigest(listing.getTransactionDigest())
                        .setBusinessDate(listing.getBusinessDate()));
        return listed.getCell();
    }

    private static CommandFailure undecided(List<String> silent) {
        return new CommandFailure(
                silent.isEmpty() ? ExitStatus.FAILED : ExitStatus.NOT_RUNNING,
                "no cell that answers has the decision"
                        + (silent.isEmpty() ? "" : ": " + String.join("; ", silent)),
                "An undecided transaction ends by itself; 'feiqian tx retry' asks for it now.");
    }
}
