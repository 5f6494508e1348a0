package io.feiqian.demonstration;

import io.feiqian.participant.FinishOrder;
import io.feiqian.participant.FinishReport;
import io.feiqian.participant.Inquiry;
import io.feiqian.participant.Verdict;
import io.feiqian.participant.spi.ServiceChannel;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * What an instance has of the world: its database and its network, both gone from one moment to the
 * next when it dies. Thread-safe.
 */
final class Mortal implements ServiceChannel, DataSource {
    private final DataSource database;
    private final ServiceChannel network;
    private volatile boolean dead;

    Mortal(DataSource database, ServiceChannel network) {
        this.database = database;
        this.network = network;
    }

    void die() {
        dead = true;
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (dead) {
            throw new SQLException("this instance is dead", "08006");
        }
        return database.getConnection();
    }

    @Override
    public CompletionStage<List<FinishReport>> finish(String service, List<FinishOrder> orders) {
        return dead ? unheard() : network.finish(service, orders);
    }

    @Override
    public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
        return dead ? unheard() : network.inquire(initiator, inquiry);
    }

    private static <T> CompletionStage<T> unheard() {
        return CompletableFuture.failedFuture(new IllegalStateException("this instance is dead"));
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return database.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        database.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        database.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return database.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return database.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return database.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return database.isWrapperFor(type);
    }
}
