package io.feiqian.sqlmode;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A statement or a change that SQL mode refuses, with its stable code. An {@link SQLException}, so
 * that it passes through whatever lies between a user's code and the connection.
 */
public class SqlModeException extends SQLException {
    private static final long serialVersionUID = 1;

    private final OutcomeCode code;

    SqlModeException(
            OutcomeCode code, String message, @Nullable String state, @Nullable Throwable cause) {
        super(message, state, cause);
        this.code = code;
    }

    static SqlModeException notUndoable(String message) {
        return new SqlModeException(OutcomeCode.SQL_NOT_UNDOABLE, message, "0A000", null);
    }

    /** The stable code. */
    public final OutcomeCode code() {
        return code;
    }

    /** This refusal as a value. */
    public final Outcome.Refused outcome() {
        return new Outcome.Refused(code, String.valueOf(getMessage()));
    }
}
