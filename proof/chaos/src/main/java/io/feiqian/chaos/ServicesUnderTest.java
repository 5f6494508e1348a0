package io.feiqian.chaos;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.mariadb.MariaDbException;
import io.feiqian.orchestration.JdbcOrchestrationStore;
import io.feiqian.participant.ServiceSetup;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.sqlmode.SqlMode;
import io.feiqian.storage.StorageException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Services of one's own beside the bank: each with a database server of its own and several
 * instances as processes, and a network between them that can be broken.
 */
final class ServicesUnderTest implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    /**
     * One service.
     *
     * @param name its name
     * @param database its database
     * @param instances its instances
     */
    record Service(String name, ServiceDatabase database, List<ServiceInstance> instances) {}

    private final List<Service> services = new ArrayList<>();
    private final Map<String, ServiceDatabase> databases = new LinkedHashMap<>();
    private final List<Link> links = new ArrayList<>();
    private final ServicesPlan plan;
    private final Clock clock;
    private final Timer timer;

    private ServicesUnderTest(ServicesPlan plan, Clock clock, Timer timer) {
        this.plan = plan;
        this.clock = clock;
        this.timer = timer;
    }

    /** Starts everything in this folder, and returns once every instance is ready. */
    static ServicesUnderTest start(Path folder, ServicesPlan plan, Clock clock, Timer timer)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        ServicesUnderTest started = new ServicesUnderTest(plan, clock, timer);
        boolean whole = false;
        try {
            started.startDatabases(folder);
            started.startInstances(folder);
            if (!started.awaitReady(START)) {
                throw new CommandFailure(
                        ExitStatus.CANNOT_START,
                        "services: not ready within " + START.toSeconds() + " s",
                        "Their logs are in " + folder + ".");
            }
            whole = true;
            return started;
        } catch (StorageException | MariaDbException | SQLException failed) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_START,
                    "services: a database of theirs cannot be started ("
                            + failed.getMessage()
                            + ")",
                    "Their logs are in " + folder + ".",
                    failed);
        } finally {
            if (!whole) {
                started.close();
            }
        }
    }

    List<Service> services() {
        return List.copyOf(services);
    }

    /** The service of this name. */
    Service service(String name) {
        return services.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    List<ServiceInstance> instances() {
        return services.stream().flatMap(each -> each.instances().stream()).toList();
    }

    List<Link> links() {
        return List.copyOf(links);
    }

    private void startDatabases(Path folder) throws SQLException {
        for (String name : names()) {
            ServiceDatabase database = ServiceDatabases.start(product(name), folder.resolve(name));
            databases.put(name, database);
            create(database);
        }
    }

    /** The first product has two services, so that a transaction may span two databases of it. */
    private List<String> names() {
        List<String> names = new ArrayList<>();
        names.add("payments");
        names.add("accounts");
        for (Product each : plan.databases().subList(1, plan.databases().size())) {
            names.add("savings-" + each.option());
        }
        return names;
    }

    private Product product(String name) {
        return plan.databases().stream()
                .filter(each -> name.endsWith("-" + each.option()))
                .findFirst()
                .orElse(plan.databases().getFirst());
    }

    private void create(ServiceDatabase database) throws SQLException {
        try (com.zaxxer.hikari.HikariDataSource plain = ServiceDatabases.plain(database)) {
            var _ =
                    ServiceSetup.of("tables", plain, new PeerCalls(Map.of(), ServiceKeys.any(), 1))
                            .createTables();
            JdbcOrchestrationStore.createTables(plain);
        }
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String each : ServiceAccounts.tables(database.product())) {
                statement.execute(each);
            }
            open(connection);
            if (ServiceDatabases.kinds(database.product(), plan.kinds()).contains(GlobalKind.SQL)) {
                connection.setAutoCommit(false);
                SqlMode.install(connection);
                SqlMode.enrol(connection, "account");
                SqlMode.enrol(connection, "journal");
                connection.commit();
            }
        }
    }

    private void open(Connection connection) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into account (id, currency, balance, held, announced)"
                                + " values (?, ?, ?, 0, 0)")) {
            for (int currency = 0; currency < ServiceAccounts.CURRENCIES.size(); currency++) {
                for (int i = 0; i < plan.accountsPerCurrency(); i++) {
                    insert.setLong(1, ServiceAccounts.number(currency, i));
                    insert.setString(2, ServiceAccounts.CURRENCIES.get(currency));
                    insert.setLong(3, ServiceAccounts.OPENING);
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
    }

    private void startInstances(Path folder) throws IOException {
        Path keys = folder.resolve("context-keys");
        Files.createFile(
                keys,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(keys, ServiceKeys.line(Randomness.secure()));
        Map<String, List<Integer>> ports = new LinkedHashMap<>();
        for (String name : databases.keySet()) {
            ports.put(name, freePorts(plan.instances()));
        }
        for (Map.Entry<String, ServiceDatabase> each : databases.entrySet()) {
            Map<String, List<Integer>> peers = new LinkedHashMap<>();
            for (Map.Entry<String, List<Integer>> peer : ports.entrySet()) {
                peers.put(peer.getKey(), linksTo(peer.getValue()));
            }
            List<ServiceInstance> instances = new ArrayList<>();
            for (int i = 0; i < plan.instances(); i++) {
                int port = ports.getOrDefault(each.getKey(), List.of()).get(i);
                ServiceDatabase database = each.getValue();
                ServiceConfig config =
                        new ServiceConfig(
                                each.getKey(),
                                i + 1,
                                port,
                                database.product(),
                                database.url(),
                                database.user(),
                                database.password(),
                                keys.toString(),
                                peers,
                                ServiceDatabases.kinds(database.product(), plan.kinds()));
                ServiceInstance instance = new ServiceInstance(config, folder);
                instance.start();
                instances.add(instance);
            }
            services.add(new Service(each.getKey(), each.getValue(), instances));
        }
    }

    private List<Integer> linksTo(List<Integer> ports) throws IOException {
        List<Integer> entrances = new ArrayList<>();
        for (int port : ports) {
            Link link = new Link(port);
            links.add(link);
            entrances.add(link.port());
        }
        return entrances;
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket each : held) {
            each.close();
        }
        return ports;
    }

    /** Waits until every instance that is to run answers; whether they do. */
    boolean awaitReady(Duration patience) throws InterruptedException {
        Deadline deadline = Deadline.after(patience, clock);
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (ServiceInstance each : instances()) {
                while (!each.hasEnded() && !isReady(client, each)) {
                    if (deadline.isExpired()) {
                        return false;
                    }
                    timer.pause(LOOK_AGAIN);
                }
            }
        }
        return true;
    }

    private static boolean isReady(HttpClient client, ServiceInstance instance)
            throws InterruptedException {
        try {
            return client.send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://127.0.0.1:"
                                                                    + instance.config().port()
                                                                    + Wire.READY))
                                            .version(HttpClient.Version.HTTP_1_1)
                                            .timeout(Duration.ofSeconds(2))
                                            .POST(BodyPublishers.noBody())
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        instances().forEach(ServiceInstance::close);
        links.forEach(Link::close);
        databases.values().forEach(ServiceDatabase::close);
    }
}
