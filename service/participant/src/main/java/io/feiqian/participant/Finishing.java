package io.feiqian.participant;

import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Phase two at a participant: the orders of many transactions in one local commit. Where that
 * cannot be made the orders are divided, so that one that cannot be finished keeps no other from it
 * (no-poison). Thread-safe; runs on its caller's thread.
 */
final class Finishing {
    private final DataSource database;
    private final Dialect dialect;
    private final BranchTable table;
    private final ServiceActions actions;
    private final XaBranches xa;
    private final TransactionSettings settings;
    private final TraceWindow delivered;
    private final ServiceAlarms alarms;

    Finishing(
            DataSource database,
            Dialect dialect,
            ServiceActions actions,
            XaBranches xa,
            TransactionSettings settings,
            ServiceAlarms alarms,
            Clock clock) {
        this.database = database;
        this.dialect = dialect;
        this.table = new BranchTable(dialect);
        this.actions = actions;
        this.xa = xa;
        this.settings = settings;
        this.delivered = new TraceWindow(settings.delivered(), clock);
        this.alarms = alarms;
    }

    /** A report for each order, durable where it says so. */
    List<FinishReport> finish(List<FinishOrder> orders) {
        List<FinishReport> reports = new ArrayList<>(orders.size());
        List<FinishOrder> left = orders;
        while (!left.isEmpty()) {
            // A key that is named twice is judged again by what its first order left.
            Map<BranchKey, FinishOrder> round = new LinkedHashMap<>();
            List<FinishOrder> later = new ArrayList<>();
            for (FinishOrder each : left) {
                if (round.putIfAbsent(each.key(), each) != null) {
                    later.add(each);
                }
            }
            reports.addAll(together(List.copyOf(round.values())));
            left = later;
        }
        return reports;
    }

    private List<FinishReport> together(List<FinishOrder> orders) {
        try {
            return inOneCommit(orders);
        } catch (SQLException | RuntimeException failed) {
            if (orders.size() == 1) {
                return List.of(failed(orders.get(0), failed));
            }
            int half = orders.size() / 2;
            List<FinishReport> reports = new ArrayList<>(together(orders.subList(0, half)));
            reports.addAll(together(orders.subList(half, orders.size())));
            return reports;
        }
    }

    private FinishReport failed(FinishOrder order, Exception failed) {
        if (failed instanceof DirtyRowException dirty) {
            alarms.raise(
                    ServiceAlarms.Kind.DIRTY_ROW,
                    Optional.of(order.key().trace()),
                    "branch %s: %s; a correction to be judged: %s"
                            .formatted(order.key(), dirty.getMessage(), dirty.proposal()));
            // The evidence has customers' data in it: it is the alarm's, not every log's.
            return FinishReport.refused(
                    order.key(),
                    OutcomeCode.SQL_DIRTY_ROW,
                    "branch: "
                            + order.key()
                            + " found a row written past the locks; see its alarm");
        }
        OutcomeCode code =
                failed instanceof RefusedException
                        ? OutcomeCode.INTERNAL_ERROR
                        : OutcomeCode.DATABASE_UNAVAILABLE;
        return FinishReport.refused(
                order.key(), code, "%s: %s".formatted(order.verb(), DatabaseErrors.text(failed)));
    }

    private List<FinishReport> inOneCommit(List<FinishOrder> orders) throws SQLException {
        Round round = new Round(orders);
        List<FinishOrder> hidden = List.of();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean over = false;
            try {
                round.lock(connection);
                hidden = xa.isAllowed() ? round.hidden() : List.of();
                if (hidden.isEmpty() || hidden.size() == orders.size()) {
                    hidden = List.of();
                    round.run(connection);
                    DurableCommit.of(connection);
                    over = true;
                }
            } finally {
                if (!over) {
                    connection.rollback();
                }
                table.unbound(connection);
            }
        }
        if (!hidden.isEmpty()) {
            return hiddenFirst(hidden, orders);
        }
        if (!round.unseen.isEmpty()) {
            round.reports.putAll(xa.settle(round.unseen));
        }
        round.reports.values().forEach(this::callForContradiction);
        return List.copyOf(round.reports.values());
    }

    /** What is prepared may hold rows that the others want: they would wait for their own batch. */
    private List<FinishReport> hiddenFirst(List<FinishOrder> hidden, List<FinishOrder> orders)
            throws SQLException {
        Set<BranchKey> keys = new HashSet<>();
        hidden.forEach(each -> keys.add(each.key()));
        List<FinishReport> reports = new ArrayList<>(inOneCommit(hidden));
        reports.addAll(
                inOneCommit(orders.stream().filter(each -> !keys.contains(each.key())).toList()));
        return reports;
    }

    private void callForContradiction(FinishReport report) {
        if (report.outcome().code() == OutcomeCode.CONTRADICTION) {
            alarms.raise(
                    ServiceAlarms.Kind.CONTRADICTION,
                    Optional.of(report.key().trace()),
                    report.outcome().message());
        } else if (report.outcome().code() == OutcomeCode.UNKNOWN_TRANSACTION) {
            alarms.raise(
                    ServiceAlarms.Kind.UNKNOWN_BRANCH,
                    Optional.of(report.key().trace()),
                    report.outcome().message());
        }
    }

    /** The orders of one local commit, each with a key of its own. */
    private final class Round {
        private final List<FinishOrder> orders;
        private final Map<BranchKey, BranchRow> rows = new HashMap<>();
        private final Map<BranchKey, FinishReport> reports = new LinkedHashMap<>();
        private final List<BranchKey> confirmed = new ArrayList<>();
        private final List<BranchKey> cancelled = new ArrayList<>();
        private final List<BranchKey> statements = new ArrayList<>();
        private final List<BranchRow> fresh = new ArrayList<>();
        private final List<FinishOrder> unseen = new ArrayList<>();

        Round(List<FinishOrder> orders) {
            this.orders = orders.stream().sorted(Comparator.comparing(FinishOrder::key)).toList();
        }

        void lock(Connection connection) throws SQLException {
            List<BranchKey> keys = orders.stream().map(FinishOrder::key).toList();
            table.lock(connection, keys, settings.lockTimeout().toMillis())
                    .forEach(row -> rows.put(row.key(), row));
        }

        /** Orders whose rows are not seen: a prepared transaction may hide them. */
        List<FinishOrder> hidden() {
            return orders.stream()
                    .filter(each -> each.verb() != Verb.DELIVER && !rows.containsKey(each.key()))
                    .toList();
        }

        void run(Connection connection) throws SQLException {
            Connection lent = LentConnection.of(connection);
            dialect.beginWork(connection);
            for (FinishOrder order : orders) {
                judge(lent, order, Optional.ofNullable(rows.get(order.key())));
            }
            if (!statements.isEmpty()) {
                actions.undo().confirm(lent, statements);
            }
            dialect.endWork(connection);
            if (!confirmed.isEmpty()) {
                table.finish(connection, confirmed, BranchState.CONFIRMED);
            }
            if (!cancelled.isEmpty()) {
                table.finish(connection, cancelled, BranchState.CANCELLED);
            }
            table.insertAll(connection, fresh);
        }

        private void judge(Connection lent, FinishOrder order, Optional<BranchRow> row)
                throws SQLException {
            if (row.isPresent() && isAnothersToCancel(row.get(), order)) {
                reports.put(order.key(), FinishReport.done(order.key()));
                return;
            }
            if (row.isPresent() && differs(row.get(), order)) {
                report(
                        order,
                        OutcomeCode.CONTRADICTION,
                        "branch: " + order.key() + " has other content (expected: the same)");
                return;
            }
            boolean confirmed =
                    row.filter(each -> each.state() == BranchState.CONFIRMED).isPresent();
            if (order.verb() == Verb.CLEAR && confirmed) {
                reports.put(order.key(), FinishReport.done(order.key()));
                return;
            }
            BranchVerdict verdict =
                    BranchVerdict.of(row.map(BranchRow::state), order.verb().step());
            switch (verdict) {
                case PROCEED -> {
                    Optional<Outcome.Refused> expired = expired(order);
                    if (expired.isPresent()) {
                        report(order, expired.get().code(), expired.get().message());
                        return;
                    }
                    proceed(lent, order, row);
                    reports.put(order.key(), FinishReport.done(order.key()));
                }
                case RECORDED -> reports.put(order.key(), FinishReport.done(order.key()));
                case ABSENT -> absent(order);
                case PRESENT, LATE, CONTRADICTION ->
                        report(
                                order,
                                OutcomeCode.CONTRADICTION,
                                "branch: %s is %s (expected: one that admits %s)"
                                        .formatted(
                                                order.key(),
                                                row.map(BranchRow::state).orElse(null),
                                                order.verb()));
            }
        }

        /** Only a message begins here, and may have been taken under a row that was deleted. */
        private Optional<Outcome.Refused> expired(FinishOrder order) {
            return order.verb() == Verb.DELIVER
                    ? delivered.refusal(order.key().trace())
                    : Optional.empty();
        }

        private void proceed(Connection lent, FinishOrder order, Optional<BranchRow> row)
                throws SQLException {
            if (order.verb() == Verb.DELIVER) {
                BranchCall message =
                        new BranchCall(
                                order.key(), order.action(), order.content(), order.businessDate());
                actions.message(order.action()).take(lent, message);
                fresh.add(BranchRow.taken(order));
                return;
            }
            BranchRow tried = row.orElseThrow();
            if (order.verb() == Verb.CONFIRM) {
                confirm(lent, tried);
                confirmed.add(tried.key());
            } else {
                cancel(lent, tried);
                cancelled.add(tried.key());
            }
        }

        private void confirm(Connection lent, BranchRow row) throws SQLException {
            switch (row.kind()) {
                case TCC -> actions.tcc(row.action()).confirm(lent, row.call());
                case SQL -> statements.add(row.key());
                case REVERSAL, XA, MESSAGE, REVERSED, NONE -> {}
            }
        }

        private void cancel(Connection lent, BranchRow row) throws SQLException {
            switch (row.kind()) {
                case TCC -> actions.tcc(row.action()).cancel(lent, row.call());
                case SQL -> actions.undo().cancel(lent, row.key());
                case REVERSAL -> actions.reversible(row.action()).reverse(lent, row.call());
                case XA, MESSAGE, REVERSED, NONE -> {}
            }
        }

        /** A prepared transaction hides its row; without any the cancel leaves its own. */
        private void absent(FinishOrder order) {
            if (xa.isAllowed()) {
                unseen.add(order);
            } else if (order.verb() != Verb.CONFIRM) {
                fresh.add(BranchRow.planted(order));
                reports.put(order.key(), FinishReport.done(order.key()));
            } else {
                report(
                        order,
                        OutcomeCode.UNKNOWN_TRANSACTION,
                        "branch: " + order.key() + " (expected: one that was tried)");
            }
        }

        private void report(FinishOrder order, OutcomeCode code, String message) {
            reports.put(order.key(), FinishReport.refused(order.key(), code, message));
        }
    }

    /**
     * An execution of the same attempt that asked for something else was refused here, and cancels
     * what it never had. The attempt is void for the other too, whose branch asks for itself.
     */
    private static boolean isAnothersToCancel(BranchRow row, FinishOrder order) {
        return order.verb() == Verb.CANCEL
                && row.digest() != order.digest()
                && row.initiator().equals(order.initiator())
                && row.state() != BranchState.CONFIRMED;
    }

    private static boolean differs(BranchRow row, FinishOrder order) {
        return row.digest() != order.digest() || !row.initiator().equals(order.initiator());
    }
}
