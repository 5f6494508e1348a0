package io.feiqian.bank;

import io.feiqian.bank.contract.ListResolutionsResponse;
import io.feiqian.bank.contract.ProposeResolutionRequest;
import io.feiqian.bank.contract.ResolutionResponse;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.BranchStep;
import io.feiqian.participant.Standing;
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
import io.feiqian.transaction.Branch;
import io.feiqian.transaction.BranchBook;
import io.feiqian.transaction.BranchCommand;
import io.feiqian.transaction.CellTransactions;
import io.feiqian.transaction.DecisionBook;
import io.feiqian.transaction.PeerReply;
import io.feiqian.transaction.Resolution;
import io.feiqian.transaction.Resolution.Person;
import io.feiqian.transaction.Resolution.Way;
import io.feiqian.transaction.ResolutionBook;
import io.feiqian.transaction.ResolutionCommand;
import io.feiqian.transaction.ResolutionContribution;
import io.feiqian.transaction.Suspension;
import io.feiqian.transaction.TransactionSearch;
import io.feiqian.transaction.TransactionSearch.Rows;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ends by hand what the protocol cannot, by the word of two operators (P6.3.3-d, B12-c.2). Never
 * against the decision: where it is another cell's, that cell is asked, when it is proposed and
 * again when it is approved, and what it said never changes. The approval, the entry that puts the
 * books right and the audit record are one local commit. Thread-safe; blocks.
 */
final class ResolutionDesk {
    private static final EnumSet<BranchState> VERDICTS =
            EnumSet.of(BranchState.CONFIRMED, BranchState.CANCELLED);
    private static final int MOST = 1_000;

    /** The contributions that a resolution needs beside those of {@link CellParts}. */
    record Contributions(
            Contribution<BranchCommand> branches,
            Contribution<ResolutionCommand> resolutions,
            Contribution<AuditEntry> changes) {}

    private final CellDatabase database;
    private final CellParts parts;
    private final CellTransactions transactions;
    private final Contributions contributions;
    private final ResolutionSubjects subjects;
    private final Corrections corrections;
    private final Replies replies;

    ResolutionDesk(
            CellDatabase database,
            CellParts parts,
            CellTransactions transactions,
            Contributions contributions,
            Corrections corrections,
            Replies replies) {
        this.database = database;
        this.parts = parts;
        this.transactions = transactions;
        this.contributions = contributions;
        this.subjects = new ResolutionSubjects(transactions);
        this.corrections = corrections;
        this.replies = replies;
    }

    ResolutionResponse propose(ProposeResolutionRequest request, Caller caller)
            throws SQLException {
        ChangeOrder order = ChangeOrder.of(caller.operator(), caller.reason());
        TraceNumber trace = Fields.trace("trace_number", request.getTraceNumber());
        BranchState verdict = Fields.constant("verdict", request.getVerdict(), VERDICTS);
        Way way = Fields.constant("way", request.getWay(), EnumSet.allOf(Way.class));
        String evidence =
                Fields.text("evidence", request.getEvidence(), Resolution.LONGEST_EVIDENCE);
        Resolution proposal;
        try (Connection connection = database.pool().getConnection()) {
            Rows rows = TransactionSearch.of(connection, trace);
            long id = ResolutionContribution.nextId(connection);
            Branch branch =
                    switch (way) {
                        case ACKNOWLEDGE ->
                                subjects.acknowledged(
                                        rows,
                                        Suspension.find(connection, trace).isPresent(),
                                        request.getBranch(),
                                        verdict);
                        case CORRECT -> ResolutionSubjects.corrected(rows, trace, request);
                    };
            String full =
                    switch (way) {
                        case ACKNOWLEDGE -> Fields.required("evidence", evidence);
                        case CORRECT -> correction(connection, branch, verdict, id).inWords();
                    };
            proposal =
                    Resolution.proposed(
                            id,
                            branch,
                            way,
                            verdict,
                            full,
                            new Person(order.operator().name(), order.reason()));
        }
        requireDecided(proposal);
        Answer answer =
                submit(
                        proposal,
                        caller,
                        List.of(
                                new Part<>(
                                        contributions.resolutions(),
                                        new ResolutionCommand.Propose(proposal)),
                                audit(order, "transaction.resolution.propose", proposal)));
        return response(answer);
    }

    ResolutionResponse approve(String id, long digest, Caller caller) throws SQLException {
        ChangeOrder order = ChangeOrder.of(caller.operator(), caller.reason());
        ResolutionCommand.Approve approve =
                new ResolutionCommand.Approve(
                        number(id), digest, new Person(order.operator().name(), order.reason()));
        Resolution proposal;
        List<Part<?>> all;
        try (Connection connection = database.pool().getConnection()) {
            proposal = find(connection, id);
            long now =
                    TransactionSearch.of(connection, proposal.branch().key().trace())
                            .databaseMillis();
            Optional<Answer> against = ResolutionBook.judge(proposal, approve, now);
            if (against.isPresent()) {
                return response(against.get());
            }
            all = new ArrayList<>(effect(connection, proposal));
        }
        requireDecided(proposal);
        all.add(new Part<>(contributions.resolutions(), approve));
        all.add(audit(order, "transaction.resolution.approve", proposal));
        Answer answer = submit(proposal, caller, all);
        if (answer.isAccepted() && !answer.recorded()) {
            transactions.resolved(
                    proposal.branch().key().trace(),
                    "branch %s: %s by %s and %s (%s)"
                            .formatted(
                                    proposal.branch().key(),
                                    proposal.verdict(),
                                    proposal.proposer().operator(),
                                    order.operator().name(),
                                    proposal.evidence()));
            try (Connection connection = database.pool().getConnection()) {
                transactions.abandonFinished(connection);
            }
        }
        return response(answer);
    }

    ResolutionResponse reject(String id, Caller caller) throws SQLException {
        ChangeOrder order = ChangeOrder.of(caller.operator(), caller.reason());
        Resolution proposal;
        try (Connection connection = database.pool().getConnection()) {
            proposal = find(connection, id);
        }
        ResolutionCommand reject =
                new ResolutionCommand.Reject(
                        proposal.id(), new Person(order.operator().name(), order.reason()));
        return response(
                submit(
                        proposal,
                        caller,
                        List.of(
                                new Part<>(contributions.resolutions(), reject),
                                audit(order, "transaction.resolution.reject", proposal))));
    }

    ListResolutionsResponse list() throws SQLException {
        ListResolutionsResponse.Builder response =
                ListResolutionsResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(parts.cell().toString());
        try (Connection connection = database.pool().getConnection()) {
            long now = TransactionSearch.now(connection);
            ResolutionContribution.open(connection, MOST)
                    .forEach(each ->
                            response.addResolutions(Shown.resolution(parts.cell(), each, now)));
        }
        return response.build();
    }

    /** Asks the home slot where the decision is another's: the fate of a branch never changes. */
    private void requireDecided(Resolution proposal) {
        if (proposal.way() == Way.ACKNOWLEDGE) {
            return;
        }
        PeerReply reply = transactions.inquire(proposal.branch()).join();
        Standing standing =
                reply instanceof PeerReply.Answered answered && answered.isAccepted()
                        ? answered.standing()
                        : Standing.NONE;
        switch (standing) {
            case COMMITTED, CONFIRMED -> {
                if (proposal.verdict() != BranchState.CONFIRMED) {
                    ResolutionSubjects.refuse(Optional.of(DecisionBook.against(true)));
                }
            }
            case ABORTED -> {
                if (proposal.verdict() != BranchState.CANCELLED) {
                    ResolutionSubjects.refuse(Optional.of(DecisionBook.against(false)));
                }
            }
            case NONE, TRIED, CANCELLED, REFUSED, WAIT ->
                    throw new RefusedException(
                            OutcomeCode.WAIT,
                            "decision: the home slot does not say now (expected: its word: %s)"
                                    .formatted(reply));
        }
    }

    private List<Part<?>> effect(Connection connection, Resolution proposal) throws SQLException {
        Branch branch = proposal.branch();
        if (proposal.way() == Way.ACKNOWLEDGE) {
            return List.of(
                    new Part<>(
                            parts.decisions(),
                            ResolutionSubjects.resolve(branch, proposal.verdict())));
        }
        Corrections.Correction correction =
                correction(connection, branch, proposal.verdict(), proposal.id());
        if (!correction.inWords().equals(proposal.evidence())) {
            throw new RefusedException(
                    OutcomeCode.PROPOSAL_DIFFERS,
                    "correction: now it would be to %s (expected: as proposed; propose it again)"
                            .formatted(correction.inWords()));
        }
        List<Part<?>> all = new ArrayList<>(correction.share().parts());
        all.add(
                new Part<>(
                        contributions.branches(),
                        BranchCommand.resolve(step(proposal.verdict()), branch)));
        return all;
    }

    private Corrections.Correction correction(
            Connection connection, Branch branch, BranchState verdict, long id)
            throws SQLException {
        Optional<Branch> row =
                TransactionSearch.of(connection, branch.key().trace()).branches().stream()
                        .filter(each -> each.key().equals(branch.key()))
                        .findFirst();
        ResolutionSubjects.refuse(BranchBook.judge(step(verdict), branch.key(), row));
        return corrections.of(connection, branch, verdict, id);
    }

    private Answer submit(Resolution proposal, Caller caller, List<Part<?>> all) {
        Slot slot =
                proposal.way() == Way.ACKNOWLEDGE
                        ? proposal.branch().key().trace().home()
                        : proposal.branch().slot();
        WorkKind kind =
                proposal.verdict() == BranchState.CONFIRMED ? WorkKind.CONFIRM : WorkKind.CANCEL;
        return parts.commits()
                .submit(
                        new Work(
                                List.of(Claim.of(slot, kind)),
                                all,
                                Lane.FINISHING,
                                caller.deadline()))
                .join();
    }

    private Part<?> audit(ChangeOrder order, String action, Resolution proposal) {
        return new Part<>(
                contributions.changes(),
                new AuditEntry(
                        order,
                        action,
                        proposal.branch().key().trace().toString(),
                        Map.of(
                                "proposal", parts.cell().number() + "-" + proposal.id(),
                                "branch", Integer.toString(proposal.branch().key().branch()),
                                "way", proposal.way().name(),
                                "verdict", proposal.verdict().name(),
                                "proposer", proposal.proposer().operator(),
                                "evidence", proposal.evidence())));
    }

    private ResolutionResponse response(Answer answer) throws SQLException {
        ResolutionResponse.Builder response =
                ResolutionResponse.newBuilder().setOutcome(replies.of(answer));
        Optional<Resolution> row = answer.value(Resolution.class);
        if (row.isPresent()) {
            response.setResolution(Shown.resolution(parts.cell(), row.get(), 0));
        }
        return response.build();
    }

    private Resolution find(Connection connection, String id) throws SQLException {
        return ResolutionContribution.find(connection, number(id)).orElseThrow(() -> unknown(id));
    }

    /** The number behind the cell's, where the cell is this one. */
    private long number(String id) {
        String own = parts.cell().number() + "-";
        String digits = id.startsWith(own) ? id.substring(own.length()) : "";
        if (!digits.matches("[0-9]{1,18}")) {
            throw unknown(id);
        }
        return Long.parseLong(digits);
    }

    private RefusedException unknown(String id) {
        return new RefusedException(
                OutcomeCode.UNKNOWN_PROPOSAL,
                "proposal: %s (expected: %d- and the number of one of this cell)"
                        .formatted(Fields.shown(id), parts.cell().number()));
    }

    private static BranchStep step(BranchState verdict) {
        return verdict == BranchState.CONFIRMED ? BranchStep.CONFIRM : BranchStep.CANCEL;
    }
}
