package io.feiqian.sqlmode;

import io.feiqian.mariadb.TemporaryMariaDb;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;

/** MariaDB; rows are written as PostgreSQL writes them. */
final class MariaDbServer implements Server {
    private final TemporaryMariaDb database = TemporaryMariaDb.create();

    @Override
    public String url() {
        return database.url();
    }

    @Override
    public String user() {
        return database.user();
    }

    @Override
    public String password() {
        return database.password();
    }

    @Override
    public String schema() {
        return database.name();
    }

    @Override
    public Connection open() throws SQLException {
        return readCommitted(url());
    }

    @Override
    public Connection openForScripts() throws SQLException {
        return readCommitted(url() + (url().contains("?") ? "&" : "?") + "allowMultiQueries=true");
    }

    private Connection readCommitted(String url) throws SQLException {
        Connection connection = DriverManager.getConnection(url, user(), password());
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        return connection;
    }

    @Override
    public List<String> content(Connection connection, String table) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("select * from " + table)) {
            while (found.next()) {
                StringJoiner row = new StringJoiner(",", "(", ")");
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    row.add(value(found, i));
                }
                rows.add(row.toString());
            }
        }
        rows.sort(null);
        return rows;
    }

    private static String value(ResultSet row, int column) throws SQLException {
        // The driver has no object for the year 0.
        boolean year = row.getMetaData().getColumnTypeName(column).equals("YEAR");
        if (!year && row.getObject(column) instanceof byte[] bytes) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        String text = row.getString(column);
        if (text == null) {
            return "";
        }
        return text.isEmpty() ? "\"\"" : text;
    }

    @Override
    public void close() {
        database.close();
    }
}
