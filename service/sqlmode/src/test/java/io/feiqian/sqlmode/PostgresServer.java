package io.feiqian.sqlmode;

import io.feiqian.storage.TemporaryDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** PostgreSQL, where a row can be read as one text. */
final class PostgresServer implements Server {
    private final TemporaryDatabase database = TemporaryDatabase.create();

    @Override
    public String url() {
        return database.config().url();
    }

    @Override
    public String user() {
        return database.config().user();
    }

    @Override
    public String password() {
        return database.config().password();
    }

    @Override
    public String schema() {
        return "public";
    }

    @Override
    public Connection open() throws SQLException {
        return DriverManager.getConnection(url(), user(), password());
    }

    @Override
    public Connection openForScripts() throws SQLException {
        return open();
    }

    @Override
    public List<String> content(Connection connection, String table) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery("select t::text from " + table + " t order by 1")) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }

    @Override
    public void close() {
        database.close();
    }
}
