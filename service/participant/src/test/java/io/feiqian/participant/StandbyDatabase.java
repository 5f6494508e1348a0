package io.feiqian.participant;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.storage.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/** A service's database with two standbys that confirm every commit: one near by, one far away. */
final class StandbyDatabase implements AutoCloseable {
    private final EmbeddedPostgres primary;
    private final EmbeddedPostgres near;
    private final EmbeddedPostgres far;

    StandbyDatabase(Path folder) throws IOException {
        EmbeddedPostgres.Config config =
                EmbeddedPostgres.Config.in(Files.createDirectories(folder.resolve("primary")), 0)
                        .with("max_prepared_transactions", "64")
                        .with("shared_buffers", "32MB");
        EmbeddedPostgres first = EmbeddedPostgres.start(config);
        EmbeddedPostgres.Config settled = first.config();
        String password = first.password();
        first.stop();
        EmbeddedPostgres.Config nearConfig =
                standby(settled, folder.resolve("near"), "near", password);
        EmbeddedPostgres.Config farConfig =
                standby(settled, folder.resolve("far"), "far", password);
        this.primary =
                EmbeddedPostgres.start(
                        settled.with("synchronous_standby_names", "FIRST 2 (near, far)"));
        this.near = EmbeddedPostgres.start(nearConfig);
        this.far = EmbeddedPostgres.start(farConfig);
    }

    private static EmbeddedPostgres.Config standby(
            EmbeddedPostgres.Config of, Path folder, String name, String password)
            throws IOException {
        Path data = folder.resolve("data");
        copy(of.data(), data);
        Files.copy(of.passwordFile(), folder.resolve("password"));
        Files.createFile(data.resolve("standby.signal"));
        // In a file and not on the command line, so that the link can be cut.
        Files.writeString(
                data.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=%d user=%s password=%s application_name=%s'%n"
                        .formatted(of.port(), EmbeddedPostgres.USER, password, name));
        return EmbeddedPostgres.Config.in(folder, 0)
                .with("max_prepared_transactions", "64")
                .with("shared_buffers", "32MB");
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(
                        each,
                        to.resolve(from.relativize(each)),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    HikariDataSource pool() {
        return pool(primary);
    }

    private static HikariDataSource pool(EmbeddedPostgres of) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(of.url());
        pool.setUsername(EmbeddedPostgres.USER);
        pool.setPassword(of.password());
        pool.setMaximumPoolSize(8);
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(1_000);
        pool.setAutoCommit(false);
        pool.addDataSourceProperty("options", "-c lock_timeout=150");
        return new HikariDataSource(pool);
    }

    /** From now on no commit reaches a standby, so none may be answered. */
    void cutOff() throws SQLException {
        for (EmbeddedPostgres each : List.of(near, far)) {
            execute(each, "alter system set primary_conninfo = ''");
            execute(each, "select pg_reload_conf()");
        }
    }

    private static void execute(EmbeddedPostgres database, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                database.url(), EmbeddedPostgres.USER, database.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The machine of the primary is gone; a standby takes its place. */
    HikariDataSource failOver(boolean nearToo) throws SQLException {
        primary.kill();
        if (nearToo) {
            near.kill();
        }
        EmbeddedPostgres next = nearToo ? far : near;
        execute(next, "select pg_promote()");
        return pool(next);
    }

    @Override
    public void close() {
        Stream.of(primary, near, far)
                .filter(EmbeddedPostgres::isAlive)
                .forEach(each -> each.kill());
    }
}
