package io.feiqian.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.BankReply;
import io.feiqian.cli.HomeFolder;
import io.feiqian.cli.Json;
import io.feiqian.console.Console;
import io.feiqian.console.Users;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A whole bank in this process: the registry, cells with a real database each and the gateway, each
 * started from the configuration document that its process would be started from.
 */
final class BankInOneProcess implements AutoCloseable {
    static final BusinessDate DAY = BusinessDate.parse("2026-01-05");

    private static final int CHANNEL = 9;

    /** Where its database is among those of the cells. */
    private static final int OBSERVATORY = 0;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HomeFolder home;
    private final SystemPlan plan;
    private final SystemUnits units;
    private final Map<Integer, EmbeddedPostgres> databases = new TreeMap<>();
    private final Map<Integer, AutoCloseable> cells = new TreeMap<>();
    private final StopInOrder roles = new StopInOrder();
    private final AtomicLong serials = new AtomicLong();
    private final BankClient bank;
    private AutoCloseable observatory = () -> {};
    private AutoCloseable registry = () -> {};
    private List<String> consoleAddresses = List.of();

    private BankInOneProcess(HomeFolder home, SystemPlan plan, SystemUnits units) {
        this.home = home;
        this.plan = plan;
        this.units = units;
        this.bank =
                new BankClient(
                        plan.gatewayUrl(),
                        PATIENCE,
                        new BankClient.Operator(home.adminToken(), "tester", "a test needs it"));
    }

    /**
     * Writes every document, starts a database for each cell, and then every role, of each cell the
     * first instance.
     *
     * @param routes the first route map
     * @param instances how many documents of instances each cell has
     * @param tracesTo where spans go; empty for nowhere
     */
    static BankInOneProcess start(Path folder, RouteMap routes, int instances, String tracesTo) {
        int cells = routes.cells().size();
        return start(
                folder,
                routes,
                new SystemPlan(
                        cells,
                        instances,
                        Ports.free(cells, instances),
                        SpanTarget.of(tracesTo, 0)));
    }

    /** The same with one instance a cell and an observatory that keeps every trace. */
    static BankInOneProcess observed(Path folder, RouteMap routes) {
        int cells = routes.cells().size();
        Ports ports = Ports.free(cells, 1);
        return start(
                folder,
                routes,
                new SystemPlan(cells, 1, ports, SpanTarget.observatory(ports.observatory(), 0)));
    }

    private static BankInOneProcess start(Path folder, RouteMap routes, SystemPlan plan) {
        HomeFolder home = HomeFolder.prepare(folder);
        try {
            Files.writeString(SystemLayout.firstRouteMap(home), routes.toJson());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        BankInOneProcess started =
                new BankInOneProcess(home, plan, SystemLayout.prepare(home, plan, DAY, ""));
        started.startRegistry();
        if (plan.spans().own()) {
            started.startObservatory();
        }
        for (int cell = 1; cell <= plan.cells(); cell++) {
            EmbeddedPostgres database = EmbeddedPostgres.temporary();
            started.databases.put(cell, database);
            started.pointTo(cell, database);
            started.startCell(cell);
        }
        started.startGateway();
        return started;
    }

    /** Changes the cell's documents, so that its next start uses this database. */
    void pointTo(int cell, EmbeddedPostgres database) {
        for (int instance = 1; instance <= plan.instances(); instance++) {
            pointTo(document(cell, instance), "database", database);
        }
    }

    private static void pointTo(Path file, String name, EmbeddedPostgres database) {
        try {
            ObjectNode document = (ObjectNode) Json.MAPPER.readTree(Files.readString(file));
            document.put(name + "Url", database.url());
            document.put(name + "PasswordFile", database.config().passwordFile().toString());
            Files.writeString(file, document.toString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void startObservatory() {
        EmbeddedPostgres database = EmbeddedPostgres.temporary();
        databases.put(OBSERVATORY, database);
        Path document = home.observatory().resolve("observatory.json");
        pointTo(document, "database", database);
        pointTo(home.console().resolve("console.json"), "observatory", database);
        try {
            observatory =
                    roles.add(
                            ObservatoryRole.start(
                                    ConfigFiles.read(document, ObservatoryRoleConfig.TYPE),
                                    Clock.system()));
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Ends the observatory and kills its database, as faults would. */
    void killObservatory() throws Exception {
        database(OBSERVATORY).kill();
        observatory.close();
    }

    /** Ends the registry for good. */
    void endRegistry() throws Exception {
        registry.close();
    }

    /** An instance of a cell as a process of its own, as the supervisor starts it. */
    Unit process(int cell, int instance) {
        return units.cells().get(cell - 1).instances().get(instance - 1);
    }

    /** Starts the cell's first instance in this process. */
    AutoCloseable startCell(int cell) {
        try {
            AutoCloseable role =
                    roles.add(
                            CellRole.start(
                                    ConfigFiles.read(document(cell, 1), CellConfig.TYPE),
                                    Clock.system(),
                                    () -> Thread.ofVirtual().start(() -> stopCell(cell))));
            cells.put(cell, role);
            return role;
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Starts another instance of the cell in this process; ends with the bank at the latest. */
    AutoCloseable startInstance(int cell, int instance) {
        CompletableFuture<AutoCloseable> started = new CompletableFuture<>();
        try {
            AutoCloseable role =
                    roles.add(
                            CellRole.start(
                                    ConfigFiles.read(document(cell, instance), CellConfig.TYPE),
                                    Clock.system(),
                                    () -> {
                                        var _ = started.thenAcceptAsync(BankInOneProcess::close);
                                    }));
            started.complete(role);
            return role;
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static void close(AutoCloseable role) {
        try {
            role.close();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Stops the instance that {@link #startCell} started last. */
    void stopCell(int cell) {
        try {
            Optional.ofNullable(cells.remove(cell)).orElseThrow().close();
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void startRegistry() {
        Path document = home.registry().resolve("registry.json");
        try {
            registry =
                    roles.add(RegistryRole.start(ConfigFiles.read(document, RegistryConfig.TYPE)));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void startGateway() {
        Path document = home.gateway().resolve("gateway.json");
        roles.add(
                GatewayRole.start(
                        ConfigFiles.read(document, GatewayRoleConfig.TYPE), Clock.system()));
    }

    /** Starts the console, which ends with the bank; says where it is. */
    String startConsole() {
        Path document = home.console().resolve("console.json");
        Console started =
                roles.add(
                        ConsoleRole.start(
                                ConfigFiles.read(document, ConsoleRoleConfig.TYPE),
                                Clock.system()));
        consoleAddresses = started.addresses();
        return plan.consoleUrl();
    }

    /** Every address of the console that was started, with the permission that it needs. */
    List<String> consoleAddresses() {
        return consoleAddresses;
    }

    /** Starts another console, at a port that is free; the caller closes it. */
    Console startAnotherConsole() {
        try {
            String document = Files.readString(home.console().resolve("console.json"));
            ObjectNode told = (ObjectNode) Json.MAPPER.readTree(document);
            return ConsoleRole.start(
                    ConsoleRoleConfig.TYPE.parse(told.put("port", 0).toString()), Clock.system());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Where spans and log lines are sent. */
    String observatoryUrl() {
        return "http://" + plan.observatoryAddress();
    }

    /** Whether the console's first user has not chosen a password yet. */
    boolean hasFirstPassword() {
        return Users.firstPassword(home.secrets()).isPresent();
    }

    /** The password of the console's first user. */
    String firstPassword() {
        return Users.firstPassword(home.secrets()).orElseThrow();
    }

    String gatewayUrl() {
        return plan.gatewayUrl();
    }

    Path document(int cell, int instance) {
        String name = SystemPlan.cellName(cell);
        return home.cell(name).resolve(SystemPlan.instanceName(cell, instance) + ".json");
    }

    EmbeddedPostgres database(int cell) {
        return Optional.ofNullable(databases.get(cell)).orElseThrow();
    }

    /** Kills the cell's database as a fault would. */
    void killDatabase(int cell) {
        database(cell).kill();
    }

    /** Starts it again over the data that it left. */
    void startDatabase(int cell) {
        databases.put(cell, EmbeddedPostgres.start(database(cell).config()));
    }

    /** How many accounts of customers lie in this cell's database. */
    long customerAccounts(int cell) {
        return rows(database(cell), "select count(*) from account where customer <> 0");
    }

    /** Whether this very account lies in this cell's database. */
    boolean holds(int cell, String account) {
        return rows(database(cell), "select count(*) from account where id = " + account) == 1;
    }

    /** Says where everything listens, so that the commands find it. */
    void publish() {
        home.writeEndpoints(plan.endpoints(""));
    }

    /** Changes this cell's rows behind the bank's back. */
    void run(int cell, String sql) {
        try (Connection connection =
                        DriverManager.getConnection(
                                database(cell).url(),
                                EmbeddedPostgres.USER,
                                database(cell).password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(sql, failed);
        }
    }

    /** Does something while this cell's database writes no branch, for so many seconds from now. */
    <T> T whileBranchesWait(int cell, double seconds, Supplier<T> work) {
        Thread lock =
                Thread.ofVirtual()
                        .start(() ->
                                run(
                                        cell,
                                        "do $$ begin lock table branch in exclusive mode;"
                                                + " perform pg_sleep("
                                                + seconds
                                                + "); end $$"));
        while (rows(
                        database(cell),
                        "select count(*) from pg_stat_activity where wait_event = 'PgSleep'")
                == 0) {
            Thread.onSpinWait();
        }
        T done = work.get();
        join(lock);
        return done;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    /**
     * Changes the rows of a settled transfer: decided in the first cell, cancelled in the second.
     */
    void contradict(String trace) {
        run(2, "update branch set state = 3" + key(trace));
        run(
                1,
                "update decision set acknowledged = 0, finished_at = null, decide_by ="
                        + " (extract(epoch from now()) * 1000)::bigint - 3600000"
                        + key(trace));
    }

    /** The rows of a transaction. */
    static String key(String trace) {
        TraceNumber number = TraceNumber.parse(trace);
        return " where trace_serial = %d and trace_head = %d"
                .formatted(number.serial(), number.head());
    }

    private static long rows(EmbeddedPostgres database, String sql) {
        try (Connection connection =
                        DriverManager.getConnection(
                                database.url(), EmbeddedPostgres.USER, database.password());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException failed) {
            throw new IllegalStateException(sql, failed);
        }
    }

    /** The first column of what this cell's database answers. */
    List<String> texts(int cell, String sql) {
        List<String> all = new ArrayList<>();
        try (Connection connection =
                        DriverManager.getConnection(
                                database(cell).url(),
                                EmbeddedPostgres.USER,
                                database(cell).password());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                all.add(row.getString(1));
            }
            return all;
        } catch (SQLException failed) {
            throw new IllegalStateException(sql, failed);
        }
    }

    TraceNumber trace(Slot home) {
        return TraceNumber.of(DAY, home, CHANNEL, serials.incrementAndGet());
    }

    TraceNumber trace(String payer) {
        return trace(AccountNumber.parse(payer).slot());
    }

    BankReply post(String path, ObjectNode body) {
        return bank.post(path, body);
    }

    BankReply get(String path) {
        return bank.get(path);
    }

    /** A new account of a new customer in this slot, with nothing in it. */
    String account(Slot slot) {
        ObjectNode account =
                body(trace(slot))
                        .put("customer", accepted(openCustomer(slot)).text("customer"))
                        .put("currency", "CNY");
        return accepted(post("/v1/accounts", account)).text("account");
    }

    /** A new account in this slot with this much in it, paid in at a cash desk of its cell. */
    String funded(Slot slot, int cell, String amount) {
        String account = account(slot);
        String desk = cashDesk(cell);
        ObjectNode deposit =
                body(trace(desk))
                        .put("cash_account", desk)
                        .put("account", account)
                        .put("amount", amount)
                        .put("currency", "CNY")
                        .put("wait", "SETTLED");
        accepted(post("/v1/deposits", deposit));
        return account;
    }

    /** A new cash desk of this cell. */
    String cashDesk(int cell) {
        return accepted(openDesk(Slot.pinnedTo(new CellId(cell)))).text("account");
    }

    /** Asks for a cash desk in this slot. */
    BankReply openDesk(Slot slot) {
        return post(
                "/v1/internal-accounts",
                body(trace(slot))
                        .put("kind", "CASH")
                        .put("currency", "CNY")
                        .put("name", "desk " + serials.get()));
    }

    /** Asks for a customer in this slot. */
    BankReply openCustomer(Slot slot) {
        return post("/v1/customers", body(trace(slot)).put("name", "Test Customer"));
    }

    ObjectNode transfer(String payer, String payee, String amount) {
        return body(trace(payer))
                .put("payer_account", payer)
                .put("payee_account", payee)
                .put("amount", amount)
                .put("currency", "CNY")
                .put("wait", "SETTLED");
    }

    String balance(String account) {
        return accepted(get("/v1/accounts/" + account)).text("balance");
    }

    static BankReply accepted(BankReply reply) {
        if (!reply.isAccepted()) {
            throw new AssertionError("not accepted: " + reply);
        }
        return reply;
    }

    private static ObjectNode body(TraceNumber trace) {
        return BankClient.body().put("trace_number", trace.toString());
    }

    @Override
    public void close() {
        bank.close();
        roles.close();
        databases.values().forEach(EmbeddedPostgres::close);
    }
}
