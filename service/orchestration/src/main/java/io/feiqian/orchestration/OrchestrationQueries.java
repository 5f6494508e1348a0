package io.feiqian.orchestration;

import io.feiqian.vocabulary.BusinessDate;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * What operators ask of the rows. Blocks; thread-safe. Questions about open ones cost the same
 * however many are finished. Row: P6.3.3-c.
 */
public final class OrchestrationQueries {
    /**
     * How many there are of one kind.
     *
     * @param definition the definition's name
     * @param version its version
     * @param phase how far they are
     * @param suspended whether they are suspended
     * @param count how many
     */
    public record Count(
            String definition,
            int version,
            OrchestrationPhase phase,
            boolean suspended,
            long count) {}

    /**
     * Which open ones are wanted.
     *
     * @param definition of this definition only
     * @param phase in this phase only
     * @param suspended suspended ones only, or the others
     * @param olderThan begun at least so long ago
     * @param most how many, the newest trace numbers first; 1 and up
     */
    public record Filter(
            Optional<String> definition,
            Optional<OrchestrationPhase> phase,
            Optional<Boolean> suspended,
            Duration olderThan,
            int most) {
        /** Refuses to ask for nothing. */
        public Filter {
            if (most < 1) {
                throw new IllegalArgumentException("most: " + most + " (expected: >= 1)");
            }
        }

        /** Up to so many, of every kind. */
        public static Filter open(int most) {
            return new Filter(
                    Optional.empty(), Optional.empty(), Optional.empty(), Duration.ZERO, most);
        }

        /** The same, in this phase only. */
        public Filter in(OrchestrationPhase only) {
            return new Filter(definition, Optional.of(only), suspended, olderThan, most);
        }

        /** The same, begun at least so long ago. */
        public Filter olderThan(Duration age) {
            return new Filter(definition, phase, suspended, age, most);
        }
    }

    private final DataSource database;
    private final OrchestrationSql sql;

    OrchestrationQueries(DataSource database, OrchestrationSql sql) {
        this.database = database;
        this.sql = sql;
    }

    /** Counts what is open, by definition and phase. */
    public List<Count> countOpen() {
        return count("finished_at is null");
    }

    /** Counts everything whose trace numbers are of this date, by definition and phase. */
    public List<Count> countOf(BusinessDate date) {
        long first = date.number() * 10_000_000L;
        return count("trace_head >= " + first + " and trace_head < " + (first + 10_000_000L));
    }

    private List<Count> count(String condition) {
        List<Count> all = new ArrayList<>();
        String kinds = "definition, version, phase, suspended";
        try (Connection connection = database.getConnection();
                PreparedStatement count =
                        connection.prepareStatement(
                                "select "
                                        + kinds
                                        + ", count(*) from feiqian_orchestration where "
                                        + condition
                                        + " group by "
                                        + kinds
                                        + " order by "
                                        + kinds);
                ResultSet rows = count.executeQuery()) {
            while (rows.next()) {
                all.add(
                        new Count(
                                rows.getString(1),
                                rows.getInt(2),
                                OrchestrationPhase.ofNumber(rows.getInt(3)),
                                rows.getInt(4) == 1,
                                rows.getLong(5)));
            }
            return all;
        } catch (SQLException failed) {
            throw new StoreException("orchestrations: count", failed);
        }
    }

    /** Open ones, without their steps. */
    public List<OrchestrationRow> search(Filter filter) {
        List<Object> values = new ArrayList<>();
        StringBuilder conditions = new StringBuilder("finished_at is null");
        filter.definition()
                .ifPresent(name -> {
                    conditions.append(" and definition = ?");
                    values.add(name);
                });
        filter.phase()
                .ifPresent(phase -> {
                    conditions.append(" and phase = ?");
                    values.add(phase.number());
                });
        filter.suspended()
                .ifPresent(suspended -> {
                    conditions.append(" and suspended = ?");
                    values.add(suspended ? 1 : 0);
                });
        conditions.append(" and ").append(sql.age()).append(" >= ?");
        values.add(filter.olderThan().toMillis());
        values.add(filter.most());
        List<OrchestrationRow> all = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement search =
                        connection.prepareStatement(sql.search(conditions.toString()))) {
            for (int i = 0; i < values.size(); i++) {
                search.setObject(i + 1, values.get(i));
            }
            try (ResultSet rows = search.executeQuery()) {
                while (rows.next()) {
                    all.add(OrchestrationSql.row(rows, List.of()));
                }
            }
            return all;
        } catch (SQLException failed) {
            throw new StoreException("orchestrations: search", failed);
        }
    }
}
