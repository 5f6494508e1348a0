package io.feiqian.sqlmode;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A new, empty database of one kind. */
interface Server extends AutoCloseable {
    String url();

    String user();

    String password();

    /** Where tables without a schema are. */
    String schema();

    /** A connection as a service opens it. */
    Connection open() throws SQLException;

    /** A connection that takes several statements in one text. */
    Connection openForScripts() throws SQLException;

    /** A table byte for byte, in the order of its key. */
    List<String> content(Connection connection, String table) throws SQLException;

    @Override
    void close();
}
