package io.feiqian.sqlmode;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of one database: its enrolled tables, which functions have side effects, and the
 * statements that were checked already. Loaded once and shared by all branches; loaded again after
 * tables were enrolled or changed. Thread-safe.
 */
public final class TableCatalog {
    /** Programs have a few hundred statements; those that build texts are checked again. */
    private static final int MOST_CHECKED = 2_000;

    private final Dialect dialect;
    private final List<EnrolledTable> tables;
    private final Set<String> volatileFunctions;
    private final Map<String, CheckedStatement> checked = new LinkedHashMap<>(256, 0.75f, true);

    TableCatalog(Dialect dialect, List<EnrolledTable> tables, Set<String> volatileFunctions) {
        this.dialect = dialect;
        this.tables = List.copyOf(tables);
        this.volatileFunctions = Set.copyOf(volatileFunctions);
    }

    /** Reads it from a database in which SQL mode is installed. */
    public static TableCatalog load(Connection connection) throws SQLException {
        Dialect dialect = Dialect.of(connection);
        return dialect.catalog(connection);
    }

    /**
     * Whether this table is enrolled as it is now.
     *
     * @param table its name, with its schema and a dot before it where it has one
     */
    public boolean holds(String table) {
        int dot = table.indexOf('.');
        Optional<EnrolledTable> found =
                dot < 0
                        ? find(Optional.empty(), table)
                        : find(Optional.of(table.substring(0, dot)), table.substring(dot + 1));
        return found.filter(EnrolledTable::current).isPresent();
    }

    Dialect dialect() {
        return dialect;
    }

    boolean hasSideEffects(String function) {
        return volatileFunctions.contains(function);
    }

    /** The enrolled table of this name; the parts as the database stores them. */
    Optional<EnrolledTable> find(Optional<String> schema, String name) {
        return tables.stream()
                .filter(each -> each.name().equals(name))
                .filter(each -> schema.map(each.schema()::equals).orElse(each.visible()))
                .findFirst();
    }

    /** The statement, read and judged; refused where it cannot be undone. */
    CheckedStatement check(String sql) throws SqlModeException {
        synchronized (checked) {
            CheckedStatement known = checked.get(sql);
            if (known != null) {
                return known;
            }
        }
        CheckedStatement now = new StatementRules(this).check(sql);
        synchronized (checked) {
            checked.put(sql, now);
            Iterator<String> oldest = checked.keySet().iterator();
            while (checked.size() > MOST_CHECKED) {
                oldest.next();
                oldest.remove();
            }
        }
        return now;
    }
}
