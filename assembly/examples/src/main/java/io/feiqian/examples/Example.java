package io.feiqian.examples;

import io.feiqian.examples.accounts.AccountsApplication;
import io.feiqian.examples.points.PointsApplication;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.vocabulary.BusinessDate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Both services in one program, each an application of its own with its own database, reaching the
 * other by HTTP only. {@link #main} starts them and says what to try.
 */
public final class Example implements AutoCloseable {
    private static final String KEY =
            "1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

    private final EmbeddedPostgres postgres;
    private final Path keys;
    private final int accountsPort;
    private final int pointsPort;

    private Example(EmbeddedPostgres postgres, Path keys, int accountsPort, int pointsPort) {
        this.postgres = postgres;
        this.keys = keys;
        this.accountsPort = accountsPort;
        this.pointsPort = pointsPort;
    }

    /** A database server with a database for each service, and nothing running yet. */
    static Example prepare(int accountsPort, int pointsPort) throws IOException, SQLException {
        EmbeddedPostgres postgres =
                EmbeddedPostgres.temporary(Map.of("max_prepared_transactions", "16"));
        for (String each : List.of("accounts", "points")) {
            try (Connection connection =
                            DriverManager.getConnection(
                                    postgres.url(), EmbeddedPostgres.USER, postgres.password());
                    Statement create = connection.createStatement()) {
                create.execute("create database " + each + " template template0");
            }
        }
        Path keys =
                Files.createTempFile(
                        "feiqian-example",
                        ".keys",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(keys, KEY);
        return new Example(
                postgres,
                keys,
                accountsPort == 0 ? freePort() : accountsPort,
                pointsPort == 0 ? freePort() : pointsPort);
    }

    /** Where the accounts service listens. */
    String accountsUrl() {
        return "http://127.0.0.1:" + accountsPort;
    }

    /** Where the points service listens. */
    String pointsUrl() {
        return "http://127.0.0.1:" + pointsPort;
    }

    /** The database of a service. */
    String databaseUrl(String service) {
        return postgres.url().replaceFirst("/[^/?]+(\\?|$)", "/" + service + "$1");
    }

    /** The password of both databases. */
    String password() {
        return postgres.password();
    }

    /** The file of the services' keys. */
    Path keys() {
        return keys;
    }

    /** Starts the accounts service, with more beans where a test wants them. */
    ConfigurableApplicationContext startAccounts(Class<?>... more) {
        return start(AccountsApplication.class, "accounts", accountsPort, more);
    }

    /** Starts the points service. */
    ConfigurableApplicationContext startPoints() {
        return start(PointsApplication.class, "points", pointsPort);
    }

    private ConfigurableApplicationContext start(
            Class<?> application, String service, int port, Class<?>... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--spring.application.name=" + service,
                                "--spring.main.banner-mode=off",
                                "--spring.jmx.enabled=false",
                                "--spring.datasource.url=" + databaseUrl(service),
                                "--spring.datasource.username=" + EmbeddedPostgres.USER,
                                "--spring.datasource.password=" + password(),
                                "--spring.sql.init.mode=always",
                                "--spring.sql.init.schema-locations=classpath:"
                                        + service
                                        + "/schema.sql",
                                "--spring.http.clients.connect-timeout=2s",
                                "--spring.http.clients.read-timeout=5s",
                                "--management.endpoints.web.exposure.include=health,metrics",
                                "--management.endpoint.health.show-details=always",
                                "--server.port=" + port,
                                "--feiqian.keys-file=" + keys,
                                "--feiqian.create-tables=true",
                                "--feiqian.services.accounts=" + accountsUrl(),
                                "--feiqian.services.points=" + pointsUrl()));
        return new SpringApplicationBuilder(application)
                .sources(more)
                .registerShutdownHook(false)
                .run(arguments.toArray(String[]::new));
    }

    @Override
    public void close() throws IOException {
        postgres.close();
        Files.deleteIfExists(keys);
    }

    private void closeAtLast() {
        try {
            close();
        } catch (IOException kept) {
            throw new UncheckedIOException("keys: not deleted", kept);
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /**
     * Starts both services on ports 8081 and 8082, or on those that are given; with {@code dubbo}
     * the {@link DubboExample}, on port 8083 or the one that is given.
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals("dubbo")) {
            DubboExample.run(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8083);
            return;
        }
        int accountsPort = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8081;
        int pointsPort = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8082;
        Example example = prepare(accountsPort, pointsPort);
        ConfigurableApplicationContext points = example.startPoints();
        ConfigurableApplicationContext accounts = example.startAccounts();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            accounts.close();
                            points.close();
                            example.closeAtLast();
                        }));
        System.out.printf(
                """

                Two services are running. A purchase, which pays 30.00 and earns 30 points:

                  curl -i -H 'Content-Type: application/json' %1$s/purchases -d \
                '{"trace":"%3$s0001007000000000000000001","account":1,"cents":3000,"member":1}'

                The same again is answered the same, and moves nothing. What is there now:

                  curl %1$s/accounts/1
                  curl %2$s/points/1

                More than the account has is refused, and so is a member who is none:

                  curl -i -H 'Content-Type: application/json' %1$s/purchases -d \
                '{"trace":"%3$s0001007000000000000000002","account":1,"cents":9999900,"member":1}'
                  curl -i -H 'Content-Type: application/json' %1$s/purchases -d \
                '{"trace":"%3$s0001007000000000000000003","account":1,"cents":3000,"member":9}'

                What is open:  curl %1$s/actuator/health    End with Ctrl-C.
                """,
                example.accountsUrl(), example.pointsUrl(), today());
    }

    /** The day of UTC as trace numbers begin with it; one that is too old is refused. */
    static int today() {
        return new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC)).number();
    }
}
