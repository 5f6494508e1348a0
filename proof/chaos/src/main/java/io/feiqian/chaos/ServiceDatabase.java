package io.feiqian.chaos;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The database server of one service: a real one, that can be killed, held and started again. */
interface ServiceDatabase extends AutoCloseable {
    /** What it is. */
    Product product();

    /** Where it is reached, with what a service's connections need. */
    String url();

    /** Its user. */
    String user();

    /** The user's password. */
    String password();

    /** A connection for the counting, with automatic commit. */
    Connection connect() throws SQLException;

    /** The process id of the server. */
    long pid();

    /** Ends it with no chance to clean up. */
    void kill();

    /** Starts it again on its data, at the same port. */
    void startAgain();

    /** Queries that each count what is left to do in the library's own tables or the server. */
    List<String> leftovers(List<GlobalKind> kinds);

    /** How many prepared transactions of the library there are. */
    long prepared(Connection connection) throws SQLException;

    @Override
    void close();
}
