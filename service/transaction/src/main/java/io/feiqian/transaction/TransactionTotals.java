package io.feiqian.transaction;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How many of a cell's transactions are in which state (P6.3.3-c, B11.3-a). What is unfinished is
 * counted whole, up to a bound, by its own small indexes; of what is finished only the newest rows
 * of the key are looked at, so that a look costs the same with a million finished rows. Immutable.
 *
 * @param unfinished unfinished decisions and branches, by what they wait for
 * @param cut whether there are more unfinished ones of some kind than {@link #MOST}
 * @param newest decisions among the {@link #NEWEST} newest ones on record, by their state
 * @param suspended how many transactions operators have suspended
 * @param proposals how many resolutions wait for a second operator
 * @param databaseMillis what the database's clock showed, milliseconds since 1970
 */
public record TransactionTotals(
        List<Unfinished> unfinished,
        boolean cut,
        List<Newest> newest,
        long suspended,
        long proposals,
        long databaseMillis) {
    /** How many unfinished rows of each kind are counted. */
    public static final int MOST = 50_000;

    /** How many of the newest decisions are counted. */
    public static final int NEWEST = 10_000;

    /** Copies the lists. */
    public TransactionTotals {
        unfinished = List.copyOf(unfinished);
        newest = List.copyOf(newest);
    }

    /** How long the deadline of an unfinished row is over. */
    public enum Age {
        /** Not yet. */
        IN_TIME,
        /** For less than a minute: about to be repaired. */
        UP_TO_A_MINUTE,
        /** For less than an hour. */
        UP_TO_AN_HOUR,
        /** For less than a day. */
        UP_TO_A_DAY,
        /** For longer. */
        OLDER;

        private static final long MINUTE = 60_000;
        private static final long HOUR = 60 * MINUTE;
        private static final long DAY = 24 * HOUR;

        /** The class of what is so many milliseconds past its deadline. */
        public static Age of(long millisOver) {
            if (millisOver < 0) {
                return IN_TIME;
            }
            if (millisOver < MINUTE) {
                return UP_TO_A_MINUTE;
            }
            if (millisOver < HOUR) {
                return UP_TO_AN_HOUR;
            }
            return millisOver < DAY ? UP_TO_A_DAY : OLDER;
        }
    }

    /**
     * Unfinished rows that are alike.
     *
     * @param role {@code INITIATOR} for decisions, {@code BRANCH} for branches
     * @param state the row's state
     * @param service the participant that is waited for; a decision that waits for several services
     *     is counted once under each
     * @param age how long the deadline is over
     * @param count how many
     */
    public record Unfinished(String role, String state, String service, Age age, long count) {}

    /**
     * Decisions that are alike among the newest.
     *
     * @param state the state, a settled one apart from one that is decided only
     * @param count how many
     */
    public record Newest(TransactionState state, long count) {}

    private record Key(String role, String state, String service, Age age)
            implements Comparable<Key> {
        @Override
        public int compareTo(Key that) {
            int order = role.compareTo(that.role);
            order = order != 0 ? order : state.compareTo(that.state);
            order = order != 0 ? order : service.compareTo(that.service);
            return order != 0 ? order : age.compareTo(that.age);
        }
    }

    static final String DECISIONS =
            "select d.state, d.decide_by, d.acknowledged, d.branches from decision d"
                    + " where d.finished_at is null limit ?";

    static final String BRANCHES =
            "select b.service, b.decide_by from branch b where b.state = 1 limit ?";

    static final String NEWEST_STATES =
            """
            select state, finished_at is null, count(*) from (
                select d.state, d.finished_at from decision d
                order by d.trace_serial desc limit ?) as newest
            group by 1, 2 order by 1, 2\
            """;

    private static final String IN_HAND =
            "select "
                    + TransactionSql.NOW
                    + ", (select count(*) from suspension),"
                    + " (select count(*) from resolution where state = 1)";

    /** Counts now, on a connection that the caller brings. */
    public static TransactionTotals read(Connection connection) throws SQLException {
        long now;
        long suspended;
        long proposals;
        try (PreparedStatement select = connection.prepareStatement(IN_HAND);
                ResultSet row = select.executeQuery()) {
            row.next();
            now = row.getLong(1);
            suspended = row.getLong(2);
            proposals = row.getLong(3);
        }
        Map<Key, Long> counts = new HashMap<>();
        boolean moreDecisions = decisions(connection, now, counts);
        boolean moreBranches = branches(connection, now, counts);
        List<Unfinished> unfinished =
                counts.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(each ->
                                new Unfinished(
                                        each.getKey().role,
                                        each.getKey().state,
                                        each.getKey().service,
                                        each.getKey().age,
                                        each.getValue()))
                        .toList();
        return new TransactionTotals(
                unfinished,
                moreDecisions || moreBranches,
                newest(connection),
                suspended,
                proposals,
                now);
    }

    private static boolean decisions(Connection connection, long now, Map<Key, Long> counts)
            throws SQLException {
        int rows = 0;
        try (PreparedStatement select = connection.prepareStatement(DECISIONS)) {
            select.setInt(1, MOST + 1);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    rows++;
                    DecisionState state = DecisionState.ofNumber(row.getInt(1));
                    Age age = Age.of(now - row.getLong(2));
                    for (String service : open(row.getLong(3), row.getBytes(4))) {
                        counts.merge(
                                new Key("INITIATOR", named(state), service, age), 1L, Long::sum);
                    }
                }
            }
        }
        return rows > MOST;
    }

    private static boolean branches(Connection connection, long now, Map<Key, Long> counts)
            throws SQLException {
        int rows = 0;
        try (PreparedStatement select = connection.prepareStatement(BRANCHES)) {
            select.setInt(1, MOST + 1);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    rows++;
                    counts.merge(
                            new Key(
                                    "BRANCH",
                                    "TRIED",
                                    row.getString(1),
                                    Age.of(now - row.getLong(2))),
                            1L,
                            Long::sum);
                }
            }
        }
        return rows > MOST;
    }

    private static Set<String> open(long acknowledged, byte[] list) {
        Set<String> services = new HashSet<>();
        for (BranchSpec each : BranchList.read(list)) {
            if ((acknowledged & Decision.bit(each.branch())) == 0) {
                services.add(each.service());
            }
        }
        return services;
    }

    private static String named(DecisionState state) {
        return state == DecisionState.COMMITTED ? TransactionState.DECIDED.name() : state.name();
    }

    private static List<Newest> newest(Connection connection) throws SQLException {
        List<Newest> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(NEWEST_STATES)) {
            select.setInt(1, NEWEST);
            try (ResultSet row = select.executeQuery()) {
                Map<TransactionState, Long> counts = new HashMap<>();
                while (row.next()) {
                    boolean unfinished = row.getBoolean(2);
                    TransactionState state =
                            switch (DecisionState.ofNumber(row.getInt(1))) {
                                case COMMITTED ->
                                        unfinished
                                                ? TransactionState.DECIDED
                                                : TransactionState.SETTLED;
                                case ABORTED -> TransactionState.ABORTED;
                                case REFUSED -> TransactionState.REFUSED;
                            };
                    counts.merge(state, row.getLong(3), Long::sum);
                }
                counts.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .forEach(each -> found.add(new Newest(each.getKey(), each.getValue())));
            }
        }
        return found;
    }
}
