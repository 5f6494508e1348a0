package io.feiqian.storage;

import java.sql.SQLException;
import java.util.Locale;

/** What an error of the database means for the works of the transaction that met it. */
enum DatabaseFault {
    /** Two transactions got into each other's way: the same works may be tried again. */
    TRANSIENT,
    /** A lock was not granted in time: somebody else holds a row of one of the works. */
    LOCKED,
    /** A key is there already, or something else was presumed: a look will show what is so. */
    DUPLICATE,
    /** The database refuses what one of the works wants: find out which. */
    POISON,
    /** No room is left. */
    FULL,
    /** The database answers but cannot work now. */
    UNAVAILABLE,
    /** The connection is gone. */
    LOST;

    /** Judges by SQLSTATE, whose first two characters are the class of the error. */
    static DatabaseFault of(Throwable fault) {
        if (fault instanceof PresumptionException) {
            return DUPLICATE;
        }
        if (!(fault instanceof SQLException sql) || sql.getSQLState() == null) {
            return POISON;
        }
        String state = sql.getSQLState();
        return switch (state) {
            case "40001", "40P01", "57014" -> TRANSIENT;
            case "55P03" -> LOCKED;
            case "23505" -> DUPLICATE;
            case "53100" -> FULL;
            case "57P01", "57P02", "57P03", "57P05", "25P03", "25P04" -> LOST;
            // Read-only: this database was demoted, or never was the primary.
            case "25006" -> UNAVAILABLE;
            default ->
                    switch (state.substring(0, 2)) {
                        case "08" -> LOST;
                        case "53", "58" -> UNAVAILABLE;
                        default -> POISON;
                    };
        };
    }

    /** Its name in metrics. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
