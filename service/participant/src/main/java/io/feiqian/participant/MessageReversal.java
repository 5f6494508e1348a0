package io.feiqian.participant;

import io.feiqian.participant.spi.MessageAction;
import io.feiqian.participant.spi.ReversibleMessageAction;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Takes the reversal messages of one action, in one commit with what they take back. The original's
 * row says what becomes of it: where it was taken its effect is reversed once, however many
 * transactions reverse it; where it has not come yet its row is planted, so that it will have no
 * effect when it comes. Thread-safe. Row: D6.7-c.
 */
final class MessageReversal implements MessageAction {
    private final ReversibleMessageAction action;
    private final BranchTable table;
    private final TraceWindow recognised;
    private final Duration lockTimeout;

    MessageReversal(
            ReversibleMessageAction action,
            Dialect dialect,
            TransactionSettings settings,
            Clock clock) {
        this.action = action;
        this.table = new BranchTable(dialect);
        this.recognised = new TraceWindow(settings.recognised(), clock);
        this.lockTimeout = settings.lockTimeout();
    }

    @Override
    public String name() {
        return SentMessage.reversalOf(action.name());
    }

    @Override
    public void take(Connection connection, BranchCall reversal) throws SQLException {
        SentMessage sent = SentMessage.ofReversal(reversal.content());
        Optional<BranchRow> original =
                table.lock(connection, List.of(sent.key()), lockTimeout.toMillis()).stream()
                        .findFirst();
        if (original.isEmpty()) {
            requireThatAbsenceProves(sent);
            table.insert(connection, reversedBefore(sent), 0, false);
            return;
        }
        BranchRow row = original.get();
        if (row.digest() != sent.digest() || !row.initiator().equals(sent.initiator())) {
            throw new RefusedException(
                    OutcomeCode.CONTRADICTION,
                    "message: %s has other content here than its reversal says (expected: the same)"
                            .formatted(sent.key()));
        }
        if (row.kind() == BranchKind.REVERSED) {
            return;
        }
        if (row.kind() != BranchKind.MESSAGE || row.state() != BranchState.CONFIRMED) {
            throw new RefusedException(
                    OutcomeCode.CONTRADICTION,
                    "branch: %s is %s of kind %s (expected: a message that was taken)"
                            .formatted(sent.key(), row.state(), row.kind()));
        }
        action.reverse(
                connection,
                new BranchCall(sent.key(), action.name(), sent.content(), reversal.businessDate()));
        table.markReversed(connection, sent.key());
    }

    /** Later than rows are kept, a row that is not there may have been deleted. */
    private void requireThatAbsenceProves(SentMessage sent) {
        if (recognised.refusal(sent.key().trace()).isPresent()) {
            throw new RefusedException(
                    OutcomeCode.TRACE_EXPIRED,
                    "message: %s is not on record and older than %d days, so it may have been taken"
                                    .formatted(sent.key(), recognised.age().toDays())
                            + " (expected: a younger one; reverse it by hand)");
        }
    }

    /** The row that lets the message which comes later pass without effect. */
    private static BranchRow reversedBefore(SentMessage sent) {
        return new BranchRow(
                sent.key(),
                BranchKind.REVERSED,
                BranchState.CONFIRMED,
                sent.initiator(),
                sent.digest(),
                sent.businessDate(),
                sent.action(),
                Content.EMPTY,
                Outcome.accepted(),
                Content.EMPTY,
                0);
    }
}
