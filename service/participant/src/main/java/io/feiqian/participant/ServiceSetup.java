package io.feiqian.participant;

import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import javax.sql.DataSource;

/**
 * How a service of one's own comes to its {@link GlobalTransactions}: its name, its database, how
 * it reaches others, and what it can do. Immutable.
 */
public final class ServiceSetup {
    private final String service;
    private final DataSource database;
    private final ServiceChannel channel;
    private final ServiceActions actions;
    private final boolean xaAllowed;
    private final TransactionSettings settings;
    private final ServiceAlarms alarms;
    private final Clock clock;
    private final Timer timer;
    private final Threads executor;

    private ServiceSetup(
            String service,
            DataSource database,
            ServiceChannel channel,
            ServiceActions actions,
            boolean xaAllowed,
            TransactionSettings settings,
            ServiceAlarms alarms,
            Clock clock,
            Timer timer,
            Threads executor) {
        this.service = ServiceName.checked("service", service);
        this.database = database;
        this.channel = channel;
        this.actions = actions;
        this.xaAllowed = xaAllowed;
        this.settings = settings;
        this.alarms = alarms;
        this.clock = clock;
        this.timer = timer;
        this.executor = executor;
    }

    /**
     * A service that begins transactions and has no actions of its own yet.
     *
     * @param service its name: every instance has the same, and no other service
     * @param database its own database, READ COMMITTED; the pool of the service's other work
     * @param channel how it reaches other services, and itself
     */
    public static ServiceSetup of(String service, DataSource database, ServiceChannel channel) {
        return new ServiceSetup(
                service,
                database,
                channel,
                ServiceActions.none(),
                false,
                TransactionSettings.DEFAULT,
                ServiceAlarms.logged(),
                Clock.system(),
                Timer.system("transactions-" + service),
                Threads.of(
                        Executors.newCachedThreadPool(work -> {
                            Thread thread = new Thread(work, "transactions-" + service);
                            thread.setDaemon(true);
                            return thread;
                        })));
    }

    /** The same with these actions. */
    public ServiceSetup with(ServiceActions other) {
        return new ServiceSetup(
                service, database, channel, other, xaAllowed, settings, alarms, clock, timer,
                executor);
    }

    /** The same with branches of the XA kind: the database must allow prepared transactions. */
    public ServiceSetup withXa() {
        return new ServiceSetup(
                service, database, channel, actions, true, settings, alarms, clock, timer,
                executor);
    }

    /** The same with other bounds. */
    public ServiceSetup with(TransactionSettings other) {
        return new ServiceSetup(
                service, database, channel, actions, xaAllowed, other, alarms, clock, timer,
                executor);
    }

    /** The same with alarms that go elsewhere. */
    public ServiceSetup with(ServiceAlarms other) {
        return new ServiceSetup(
                service, database, channel, actions, xaAllowed, settings, other, clock, timer,
                executor);
    }

    /**
     * The same with another clock, another timer, and an executor for what blocks: one that has a
     * thread for every task, such as one of virtual threads, since tasks wait for tasks.
     */
    public ServiceSetup with(Clock otherClock, Timer otherTimer, Executor otherExecutor) {
        return new ServiceSetup(
                service,
                database,
                channel,
                actions,
                xaAllowed,
                settings,
                alarms,
                otherClock,
                otherTimer,
                new Threads(otherExecutor, executor.senders()));
    }

    /**
     * The same with threads of another make for what sends phase two; each lives until the close.
     */
    public ServiceSetup withSenders(ThreadFactory senders) {
        return new ServiceSetup(
                service,
                database,
                channel,
                actions,
                xaAllowed,
                settings,
                alarms,
                clock,
                timer,
                new Threads(executor.executor(), senders));
    }

    /** Creates the tables where they are not there; whoever migrates otherwise copies the text. */
    public ServiceSetup createTables() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement create = connection.createStatement()) {
            for (String each : Dialect.of(connection).tables()) {
                create.execute(each);
            }
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        }
        return this;
    }

    /** The text of the tables on PostgreSQL, for a migration of one's own. */
    public static String tables() {
        return Dialect.resource(PostgresDialect.TABLES);
    }

    /** The text of the tables on MariaDB and MySQL, for a migration of one's own. */
    public static String tablesOnMariaDb() {
        return Dialect.resource(MariaDialect.TABLES);
    }

    /**
     * The service's transactions; begins to look for leftovers once {@link
     * GlobalTransactions#start} is called.
     *
     * @throws IllegalStateException where the database would not keep the rules, with what to
     *     change
     */
    public GlobalTransactions open() throws SQLException {
        Dialect dialect;
        try (Connection connection = database.getConnection()) {
            dialect = Dialect.of(connection);
            try {
                requireReadCommitted(connection.getTransactionIsolation());
                dialect.requireRules(connection);
                if (xaAllowed) {
                    dialect.prepared().requireAllowed(connection);
                }
            } finally {
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                }
            }
        }
        return new GlobalTransactions(
                service,
                database,
                dialect,
                channel,
                actions,
                xaAllowed,
                settings,
                alarms,
                clock,
                timer,
                executor.executor(),
                executor.senders());
    }

    private static void requireReadCommitted(int isolation) {
        if (isolation != Connection.TRANSACTION_READ_COMMITTED) {
            throw new IllegalStateException(
                    "isolation: %d (expected: READ COMMITTED, which is %d; where the database has"
                                    .formatted(isolation, Connection.TRANSACTION_READ_COMMITTED)
                            + " another default, such as MariaDB, the pool sets it)");
        }
    }

    /** What runs what blocks. */
    private record Threads(Executor executor, ThreadFactory senders) {
        static Threads of(Executor executor) {
            return new Threads(
                    executor,
                    work -> {
                        Thread thread = new Thread(work, "phase-two");
                        thread.setDaemon(true);
                        return thread;
                    });
        }
    }
}
