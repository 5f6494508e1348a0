package io.feiqian.chaos;

import io.feiqian.mariadb.EmbeddedMariaDb;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A MariaDB of one service. Used by one thread at a time. */
final class MariaServer implements ServiceDatabase {
    private static final String DATABASE = "service";

    private EmbeddedMariaDb server;

    private MariaServer(EmbeddedMariaDb server) {
        this.server = server;
    }

    /** Starts a new one in this folder, with an empty database. */
    static MariaServer start(Path folder) {
        EmbeddedMariaDb server =
                EmbeddedMariaDb.start(
                        EmbeddedMariaDb.Config.in(folder, 0)
                                .with("innodb-buffer-pool-size", "64M"));
        try (Connection connection =
                        DriverManager.getConnection(
                                server.url(""), EmbeddedMariaDb.USER, server.password());
                Statement create = connection.createStatement()) {
            create.execute("create database " + DATABASE);
        } catch (SQLException failed) {
            server.close();
            throw new IllegalStateException("MariaDB: no database could be made", failed);
        }
        return new MariaServer(server);
    }

    @Override
    public Product product() {
        return Product.MARIADB;
    }

    @Override
    public String url() {
        return server.url(DATABASE) + "?sessionVariables=innodb_lock_wait_timeout=2";
    }

    @Override
    public String user() {
        return EmbeddedMariaDb.USER;
    }

    @Override
    public String password() {
        return server.password();
    }

    @Override
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(server.url(DATABASE), user(), password());
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
        server = EmbeddedMariaDb.start(server.config());
    }

    @Override
    public List<String> leftovers(List<GlobalKind> kinds) {
        return ServiceBooks.queriesOfLeftovers(kinds);
    }

    @Override
    public long prepared(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("xa recover")) {
            long count = 0;
            while (row.next()) {
                count++;
            }
            return count;
        }
    }

    @Override
    public void close() {
        server.stop();
    }
}
