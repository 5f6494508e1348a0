package io.feiqian.simulation.jdbc;

import io.feiqian.simulation.Rules;
import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.fibers.Host;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/** How a process of the simulation reaches its database. Not thread-safe. */
public final class SimulatedDataSource {
    private final Host host;
    private final Database database;
    private final Rules rules;
    private final Set<SimulatedConnection> lent = new LinkedHashSet<>();

    /** Connections for the threads of one process; as many as are wanted. */
    public SimulatedDataSource(Host host, Database database, Rules rules) {
        this.host = host;
        this.database = database;
        this.rules = rules;
    }

    /** The pool. */
    public DataSource pool() {
        return SimulatedConnection.proxy(
                DataSource.class,
                (proxy, method, arguments) -> {
                    if (method.getName().equals("getConnection")) {
                        host.requireAlive();
                        SimulatedConnection connection =
                                new SimulatedConnection(host, database, rules, lent::remove);
                        lent.add(connection);
                        return connection.proxy();
                    }
                    throw new IllegalStateException("data source: " + method.getName());
                });
    }

    /** The process was killed: its connections are gone, their backends may not know yet. */
    public void abandon() {
        List.copyOf(lent).forEach(SimulatedConnection::lose);
        lent.clear();
    }
}
