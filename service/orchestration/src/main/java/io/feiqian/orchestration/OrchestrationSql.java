package io.feiqian.orchestration;

import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The statements, as PostgreSQL and the MySQL family understand them. */
final class OrchestrationSql {
    /** The families of databases. */
    enum Family {
        POSTGRESQL("(extract(epoch from clock_timestamp()) * 1000)::bigint", "postgresql.sql"),
        MYSQL("cast(unix_timestamp(now(3)) * 1000 as signed)", "mysql.sql");

        private final String now;
        private final String script;

        Family(String now, String script) {
            this.now = now;
            this.script = script;
        }

        /** The family of the database behind a connection. */
        static Family of(Connection connection) throws SQLException {
            String product =
                    connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
            if (product.contains("postgres")) {
                return POSTGRESQL;
            }
            if (product.contains("mysql") || product.contains("mariadb")) {
                return MYSQL;
            }
            throw new SQLException(
                    "database: " + product + " (expected: PostgreSQL or the MySQL family)");
        }

        /** The statements that make the tables where they are not there yet. */
        List<String> tables() {
            try (InputStream file = OrchestrationSql.class.getResourceAsStream(script)) {
                if (file == null) {
                    throw new IllegalStateException("resource: no " + script);
                }
                String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
                return List.of(text.replaceAll("(?m)^--.*$", "").split(";", -1)).stream()
                        .map(String::strip)
                        .filter(each -> !each.isEmpty())
                        .toList();
            } catch (IOException unreadable) {
                throw new UncheckedIOException("resource: " + script, unreadable);
            }
        }
    }

    private static final String COLUMNS =
            "trace_head, trace_serial, slot, definition, version, input, phase, suspended,"
                    + " failure_code, failure_message, failure_step, position, revision, owner,"
                    + " created_at, changed_at, finished_at";

    private final Family family;

    OrchestrationSql(Family family) {
        this.family = family;
    }

    String insert() {
        return "insert into feiqian_orchestration ("
                + COLUMNS
                + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                + family.now
                + ", "
                + family.now
                + ", case when ? = 1 then "
                + family.now
                + " end)";
    }

    /** The same, which does nothing where the key is taken. */
    String insertIfAbsent() {
        return family == Family.POSTGRESQL
                ? insert() + " on conflict do nothing"
                : insert().replaceFirst("insert", "insert ignore");
    }

    String update() {
        return "update feiqian_orchestration set phase = ?, suspended = ?, failure_code = ?,"
                + " failure_message = ?, failure_step = ?, position = ?, revision = revision + 1,"
                + " changed_at = "
                + family.now
                + ", finished_at = case when ? = 1 then "
                + family.now
                + " end where trace_head = ? and trace_serial = ? and revision = ?";
    }

    String insertStep() {
        return "insert into feiqian_orchestration_step (trace_head, trace_serial, step, slot, round,"
                + " ended, standing, attempts, reversed, reverse_attempts, output, code, message,"
                + " changed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                + family.now
                + ")";
    }

    String updateStep() {
        return "update feiqian_orchestration_step set round = ?, ended = ?, standing = ?,"
                + " attempts = ?, reversed = ?, reverse_attempts = ?, output = ?, code = ?,"
                + " message = ?, changed_at = "
                + family.now
                + " where trace_head = ? and trace_serial = ? and step = ?";
    }

    /** The row with its steps, at one moment. */
    String find() {
        return "select "
                + COLUMNS.replaceAll("(\\w+)", "o.$1")
                + ", s.step, s.round, s.ended, s.standing, s.attempts, s.reversed,"
                + " s.reverse_attempts, s.output, s.code, s.message from feiqian_orchestration o"
                + " left join feiqian_orchestration_step s on s.trace_head = o.trace_head and"
                + " s.trace_serial = o.trace_serial where o.trace_head = ? and o.trace_serial = ?"
                + " order by s.ended, s.step";
    }

    /** Newest first; the sums keep the planner from looking for open ones along the whole key. */
    String search(String conditions) {
        return "select "
                + COLUMNS
                + " from feiqian_orchestration where "
                + conditions
                + " order by trace_head + 0 desc, trace_serial + 0 desc limit ?";
    }

    String age() {
        return family.now + " - created_at";
    }

    String live() {
        return "update feiqian_orchestration_instance set alive_until = "
                + family.now
                + " + ? where instance = ?";
    }

    String firstSign() {
        return "insert into feiqian_orchestration_instance (alive_until, instance) values ("
                + family.now
                + " + ?, ?)";
    }

    String orphans() {
        return "select trace_head, trace_serial, revision from feiqian_orchestration"
                + " where finished_at is null and owner in (select instance"
                + " from feiqian_orchestration_instance where alive_until < "
                + family.now
                + ") limit ?";
    }

    String own() {
        return "update feiqian_orchestration set owner = ?, revision = revision + 1"
                + " where trace_head = ? and trace_serial = ? and revision = ?"
                + " and finished_at is null";
    }

    String idle() {
        return "select trace_head, trace_serial from feiqian_orchestration"
                + " where finished_at is null and owner = ? and changed_at < "
                + family.now
                + " - ? and (trace_head > ? or (trace_head = ? and trace_serial > ?))"
                + " order by trace_head, trace_serial limit ?";
    }

    String define() {
        return "insert into feiqian_orchestration_definition"
                + " (name, version, digest, content, created_at) values (?, ?, ?, ?, "
                + family.now
                + ")";
    }

    static List<TraceNumber> traces(ResultSet rows) throws SQLException {
        List<TraceNumber> all = new ArrayList<>();
        while (rows.next()) {
            all.add(new TraceNumber(rows.getLong(1), rows.getLong(2)));
        }
        return all;
    }

    static void bind(PreparedStatement statement, OrchestrationRow row) throws SQLException {
        statement.setLong(1, row.trace().head());
        statement.setLong(2, row.trace().serial());
        statement.setInt(3, row.trace().home().number());
        statement.setString(4, row.definition());
        statement.setInt(5, row.version());
        statement.setString(6, row.input());
        statement.setInt(7, row.phase().number());
        statement.setInt(8, row.suspended() ? 1 : 0);
        bind(statement, 9, row.failure());
        statement.setString(12, row.position());
        statement.setLong(13, row.revision());
        statement.setString(14, row.owner());
        statement.setInt(15, row.phase().isEnd() ? 1 : 0);
    }

    static void bind(PreparedStatement statement, OrchestrationChange change) throws SQLException {
        statement.setInt(1, change.phase().number());
        statement.setInt(2, change.suspended() ? 1 : 0);
        bind(statement, 3, change.failure());
        statement.setString(6, change.position());
        statement.setInt(7, change.phase().isEnd() ? 1 : 0);
        statement.setLong(8, change.trace().head());
        statement.setLong(9, change.trace().serial());
        statement.setLong(10, change.revision());
    }

    private static void bind(PreparedStatement statement, int at, Optional<Failure> failure)
            throws SQLException {
        statement.setString(at, failure.map(Failure::code).orElse(null));
        statement.setString(at + 1, failure.map(Failure::message).orElse(null));
        statement.setString(at + 2, failure.map(Failure::step).orElse(null));
    }

    static void bindNew(PreparedStatement statement, TraceNumber trace, StepRecord step)
            throws SQLException {
        statement.setLong(1, trace.head());
        statement.setLong(2, trace.serial());
        statement.setString(3, step.number().place().toString());
        statement.setInt(4, trace.home().number());
        bindState(statement, 5, step);
    }

    static void bindChanged(PreparedStatement statement, TraceNumber trace, StepRecord step)
            throws SQLException {
        bindState(statement, 1, step);
        statement.setLong(10, trace.head());
        statement.setLong(11, trace.serial());
        statement.setString(12, step.number().place().toString());
    }

    private static void bindState(PreparedStatement statement, int at, StepRecord step)
            throws SQLException {
        statement.setInt(at, step.number().round());
        statement.setInt(at + 1, step.order());
        statement.setInt(at + 2, step.standing().number());
        statement.setInt(at + 3, step.attempts());
        statement.setInt(at + 4, step.reversed() ? 1 : 0);
        statement.setInt(at + 5, step.reverseAttempts());
        statement.setString(at + 6, step.output().orElse(null));
        statement.setString(at + 7, step.code());
        statement.setString(at + 8, step.message());
    }

    static OrchestrationRow row(ResultSet row, List<StepRecord> steps) throws SQLException {
        long finishedAt = row.getLong(17);
        Optional<Long> finished = row.wasNull() ? Optional.empty() : Optional.of(finishedAt);
        String code = row.getString(9);
        return new OrchestrationRow(
                new TraceNumber(row.getLong(1), row.getLong(2)),
                row.getString(4),
                row.getInt(5),
                row.getString(6),
                OrchestrationPhase.ofNumber(row.getInt(7)),
                row.getInt(8) == 1,
                code == null
                        ? Optional.empty()
                        : Optional.of(new Failure(code, row.getString(10), row.getString(11))),
                row.getString(12),
                steps,
                row.getLong(13),
                row.getString(14),
                row.getLong(15),
                row.getLong(16),
                finished);
    }

    /** The step beside the row; empty where it has none. */
    static Optional<StepRecord> step(ResultSet row) throws SQLException {
        String number = row.getString(18);
        if (number == null) {
            return Optional.empty();
        }
        return Optional.of(
                new StepRecord(
                        StepNumber.parse(number).withRound(row.getInt(19)),
                        row.getInt(20),
                        StepStanding.ofNumber(row.getInt(21)),
                        row.getInt(22),
                        row.getInt(23) == 1,
                        row.getInt(24),
                        Optional.ofNullable(row.getString(25)),
                        row.getString(26),
                        row.getString(27)));
    }
}
