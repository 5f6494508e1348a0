package io.feiqian.chaos;

import io.feiqian.storage.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A PostgreSQL of one service. Used by one thread at a time. */
final class PostgresServer implements ServiceDatabase {
    private EmbeddedPostgres server;

    private PostgresServer(EmbeddedPostgres server) {
        this.server = server;
    }

    /** Starts a new one in this folder. */
    static PostgresServer start(Path folder) {
        return new PostgresServer(
                EmbeddedPostgres.start(
                        EmbeddedPostgres.Config.in(folder, 0)
                                .with("max_prepared_transactions", "200")
                                .with("shared_buffers", "32MB")));
    }

    @Override
    public Product product() {
        return Product.POSTGRESQL;
    }

    @Override
    public String url() {
        return server.url() + "?options=-c%20lock_timeout=2s";
    }

    @Override
    public String user() {
        return EmbeddedPostgres.USER;
    }

    @Override
    public String password() {
        return server.password();
    }

    @Override
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(server.url(), user(), password());
    }

    @Override
    public long pid() {
        return server.pid();
    }

    @Override
    public void kill() {
        server.kill();
    }

    @Override
    public void startAgain() {
        server = EmbeddedPostgres.start(server.config());
    }

    @Override
    public List<String> leftovers(List<GlobalKind> kinds) {
        return ServiceBooks.queriesOfLeftovers(kinds);
    }

    @Override
    public long prepared(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from pg_prepared_xacts")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() {
        server.stop();
    }
}
