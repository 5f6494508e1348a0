package io.feiqian.simulation.services;

import io.feiqian.participant.BranchKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The rows of the simulated services' own tables. */
final class Rows {
    static final String ACCOUNT = "account";
    static final String EFFECT = "effect";
    static final String LOCK = "sql_lock";
    static final String UNDO = "sql_undo";

    /** What happened to an account for a branch. */
    enum What {
        /** Reserved. */
        TRIED,
        /** The reservation became final. */
        CONFIRMED,
        /** The reservation was given back. */
        CANCELLED,
        /** Done, by statements or a forward service. */
        DONE,
        /** What was done is reversed. */
        REVERSED,
        /** A message was taken. */
        TAKEN,
        /** The own share. */
        OWN
    }

    /**
     * An account.
     *
     * @param balance what it holds
     * @param reserved the sum of what is tried and not ended
     */
    record Account(long balance, long reserved) {}

    /**
     * One effect; a row of its own, so that none can hide another.
     *
     * @param key the branch; of an own share branch 1 of its attempt
     * @param digest of what was asked for
     * @param amount what was added
     */
    record Effect(BranchKey key, What what, long digest, String account, long amount) {}

    /** One change of a branch of the SQL kind. */
    record Image(String account, Account before, Account after) {}

    /**
     * What a branch of the SQL kind changed, in order.
     *
     * @param effects the ids of its effects
     */
    record Images(List<Image> images, List<Long> effects) {}

    private Rows() {}

    static <T> Optional<T> read(Connection on, String table, Object id, Class<T> type)
            throws SQLException {
        return found(on, "sim read " + table, id, type);
    }

    static <T> Optional<T> lock(Connection on, String table, Object id, Class<T> type)
            throws SQLException {
        return found(on, "sim lock " + table, id, type);
    }

    static void insert(Connection on, String table, Object id, Object row) throws SQLException {
        change(on, "sim insert " + table, id, row);
    }

    static void put(Connection on, String table, Object id, Object row) throws SQLException {
        change(on, "sim put " + table, id, row);
    }

    static void delete(Connection on, String table, Object id) throws SQLException {
        change(on, "sim delete " + table, id, "");
    }

    private static <T> Optional<T> found(Connection on, String sql, Object id, Class<T> type)
            throws SQLException {
        try (PreparedStatement query = on.prepareStatement(sql)) {
            query.setObject(1, id);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(type.cast(row.getObject(1))) : Optional.empty();
            }
        }
    }

    /** All rows of a table, as they are committed. */
    static <T> List<T> scan(Connection on, String table, Class<T> type) throws SQLException {
        List<T> rows = new ArrayList<>();
        try (PreparedStatement query = on.prepareStatement("sim scan " + table)) {
            query.setObject(1, table);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.add(type.cast(row.getObject(1)));
                }
            }
        }
        return rows;
    }

    /** Changes a row by what it is when it is locked; how many were changed. */
    static int change(Connection on, String table, Object id, UnaryOperator<Object> change)
            throws SQLException {
        try (PreparedStatement statement = on.prepareStatement("sim change " + table)) {
            statement.setObject(1, id);
            statement.setObject(2, change);
            return statement.executeUpdate();
        }
    }

    private static void change(Connection on, String sql, Object id, Object row)
            throws SQLException {
        try (PreparedStatement change = on.prepareStatement(sql)) {
            change.setObject(1, id);
            change.setObject(2, row);
            change.execute();
        }
    }
}
