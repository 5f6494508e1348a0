package io.feiqian.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How to reach a cell's database, be it started here or an existing PostgreSQL.
 *
 * @param url a JDBC URL, {@code jdbc:postgresql://host:port/database}
 * @param user the user, who owns the cell's tables
 * @param password the user's password; never shown
 * @param poolSize the most pooled connections, at least 1
 * @param durability whether weaker durability than promised is refused
 */
public record DatabaseConfig(
        String url, String user, String password, int poolSize, Durability durability) {
    /** Whether the database's own settings are held against the promise (checked-durability). */
    public enum Durability {
        /** Refuses to start where an acknowledged commit could be lost. */
        CHECKED,
        /** Says so in the log and starts; for a desk. */
        DEVELOPMENT
    }

    /** Refuses another kind of URL and an empty pool. */
    public DatabaseConfig {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException(
                    "database url: " + url + " (expected: jdbc:postgresql://host:port/database)");
        }
        if (poolSize < 1) {
            throw new IllegalArgumentException("pool size: " + poolSize + " (expected: >= 1)");
        }
    }

    /** With durability checked and a pool of 10. */
    public static DatabaseConfig of(String url, String user, String password) {
        return new DatabaseConfig(url, user, password, 10, Durability.CHECKED);
    }

    /** With the password that a file holds; blanks around it do not count. */
    public static DatabaseConfig withPasswordFile(String url, String user, Path file) {
        try {
            return of(url, user, Files.readString(file).strip());
        } catch (IOException unreadable) {
            throw new UncheckedIOException("password file: " + file, unreadable);
        }
    }

    /** The same with another pool size. */
    public DatabaseConfig withPoolSize(int connections) {
        return new DatabaseConfig(url, user, password, connections, durability);
    }

    /** The same with another stance on durability. */
    public DatabaseConfig withDurability(Durability stance) {
        return new DatabaseConfig(url, user, password, poolSize, stance);
    }

    /** The same database by another address, such as a proxy's. */
    public DatabaseConfig withUrl(String address) {
        return new DatabaseConfig(address, user, password, poolSize, durability);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "%s as %s, pool of %d, durability %s".formatted(url, user, poolSize, durability);
    }
}
