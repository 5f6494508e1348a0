package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row belongs to another unfinished global transaction, or another local transaction did not let
 * go of it in time ({@code SQL_LOCK_CONFLICT}, rule sql-locks). The local transaction has ended: it
 * is rolled back before anything waits, since its own rows may be what the other's undo needs.
 */
public final class LockConflictException extends SqlModeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable BranchKey holder;

    LockConflictException(SQLException cause) {
        super(
                OutcomeCode.SQL_LOCK_CONFLICT,
                String.valueOf(cause.getMessage()),
                cause.getSQLState(),
                cause);
        this.holder = BranchText.find(String.valueOf(cause.getMessage())).orElse(null);
    }

    /** Whose the row is; empty where an ordinary local transaction held it for too long. */
    public Optional<BranchKey> holder() {
        return Optional.ofNullable(holder);
    }

    /**
     * Whether a transaction with this key gives up altogether: the younger yields, so that two that
     * want each other's rows do not wait for each other. The older one may try its branch again.
     */
    public boolean yields(BranchKey mine) {
        return holder != null && mine.compareTo(holder) > 0;
    }
}
