package io.feiqian.examples;

import io.feiqian.examples.sales.SalesApplication;
import io.feiqian.examples.vouchers.VouchersApplication;
import io.feiqian.registry.ZooKeeperServer;
import io.feiqian.registry.spi.Registry;
import io.feiqian.storage.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Two services that know nothing of each other but the registry: sales calls vouchers over Dubbo,
 * also as a branch of its transaction, and a policy refuses vouchers that are too large. {@code
 * Example dubbo} starts them and says what to try.
 */
final class DubboExample implements AutoCloseable {
    /** No voucher above 999.99: the second argument of the call has at most five digits. */
    static final String POLICY =
            """
            {"version": 1, "policies": [{
              "id": "small-vouchers", "version": 1, "side": "provider",
              "applies": {"service": "io.feiqian.examples.vouchers.Vouchers", "method": "issue"},
              "schema": {"check": true, "fields": {"1": {"pattern": "[0-9]{1,5}"}}}}]}
            """;

    private static final String KEY =
            "1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

    private final EmbeddedPostgres postgres;
    private final Path folder;
    private final ZooKeeperServer registry;
    private final int salesPort;

    private DubboExample(
            EmbeddedPostgres postgres, Path folder, ZooKeeperServer registry, int salesPort) {
        this.postgres = postgres;
        this.folder = folder;
        this.registry = registry;
        this.salesPort = salesPort;
    }

    /** A database server, a registry, and nothing running yet. */
    static DubboExample prepare(int salesPort) throws Exception {
        // Dubbo's look for a JSON library fails at the first one that is not there.
        System.setProperty("dubbo.json-framework.prefer", "fastjson2");
        EmbeddedPostgres postgres = EmbeddedPostgres.temporary();
        try (Connection connection =
                        DriverManager.getConnection(
                                postgres.url(), EmbeddedPostgres.USER, postgres.password());
                Statement create = connection.createStatement()) {
            create.execute("create database sales template template0");
            create.execute("create database vouchers template template0");
        }
        Path folder =
                Files.createTempDirectory(
                        "feiqian-example",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        Files.writeString(folder.resolve("services.keys"), KEY);
        ZooKeeperServer registry =
                ZooKeeperServer.start(
                        ZooKeeperServer.Config.alone(folder.resolve("registry"), "127.0.0.1", 0));
        return new DubboExample(
                postgres, folder, registry, salesPort == 0 ? Example.freePort() : salesPort);
    }

    /** Where the sales service listens. */
    String salesUrl() {
        return "http://127.0.0.1:" + salesPort;
    }

    /** The database of a service. */
    Connection database(String service) throws SQLException {
        return DriverManager.getConnection(
                databaseUrl(service), EmbeddedPostgres.USER, postgres.password());
    }

    private String databaseUrl(String service) {
        return postgres.url().replaceFirst("/[^/?]+(\\?|$)", "/" + service + "$1");
    }

    /** Starts the vouchers service, which others find by the registry alone. */
    ConfigurableApplicationContext startVouchers() throws IOException {
        return start(VouchersApplication.class, "vouchers", Example.freePort());
    }

    /** Starts the sales service. */
    ConfigurableApplicationContext startSales() throws IOException {
        return start(SalesApplication.class, "sales", salesPort);
    }

    private ConfigurableApplicationContext start(Class<?> application, String service, int port)
            throws IOException {
        List<String> properties =
                List.of(
                        "--spring.application.name=" + service,
                        "--spring.main.banner-mode=off",
                        "--spring.jmx.enabled=false",
                        "--spring.datasource.url=" + databaseUrl(service),
                        "--spring.datasource.username=" + EmbeddedPostgres.USER,
                        "--spring.datasource.password=" + postgres.password(),
                        "--spring.sql.init.mode=always",
                        "--spring.sql.init.schema-locations=classpath:" + service + "/schema.sql",
                        "--server.port=" + port,
                        "--feiqian.keys-file=" + folder.resolve("services.keys"),
                        "--feiqian.create-tables=true",
                        "--feiqian.registry.servers=" + registry.address(),
                        "--feiqian.registry.host=127.0.0.1",
                        "--feiqian.registry.snapshot=" + folder.resolve(service + ".json"),
                        "--dubbo.application.qos-enable=false",
                        "--dubbo.protocol.name=dubbo",
                        "--dubbo.protocol.host=127.0.0.1",
                        "--dubbo.protocol.port=" + Example.freePort(),
                        // Or Dubbo would see that both are in this program, and use no network.
                        "--dubbo.provider.scope=remote",
                        "--dubbo.consumer.scope=remote");
        return new SpringApplicationBuilder(application)
                .registerShutdownHook(false)
                .run(properties.toArray(String[]::new));
    }

    /** Who publishes policies, by the registry that a running service has. */
    static PolicyDesk desk(ConfigurableApplicationContext service) {
        return new PolicyDesk(service.getBean(Registry.class));
    }

    @Override
    public void close() throws Exception {
        registry.close();
        postgres.close();
    }

    /** Starts both services and says what to try. */
    static void run(int salesPort) throws Exception {
        DubboExample example = prepare(salesPort);
        ConfigurableApplicationContext vouchers = example.startVouchers();
        ConfigurableApplicationContext sales = example.startSales();
        desk(vouchers).publish(POLICY);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            sales.close();
                            vouchers.close();
                            try {
                                example.close();
                            } catch (Exception kept) {
                                throw new IllegalStateException("example: not ended", kept);
                            }
                        }));
        System.out.printf(
                """

                Two services are running, and find each other in the registry. A sale of a voucher:

                  curl -i -H 'Content-Type: application/json' %1$s/sales -d \
                '{"trace":"%2$s0001007000000000000000001","holder":"anna","cents":3000}'

                A policy refuses vouchers above 999.99, and then no money comes in either:

                  curl -i -H 'Content-Type: application/json' %1$s/sales -d \
                '{"trace":"%2$s0001007000000000000000002","holder":"anna","cents":100000}'

                What travels with a call over HTTP goes on over Dubbo:

                  curl -H 'Feiqian-Timeout-Ms: 3000' -H 'feiqian-tenant: north' %1$s/context

                End with Ctrl-C.
                """,
                example.salesUrl(), Example.today());
    }
}
