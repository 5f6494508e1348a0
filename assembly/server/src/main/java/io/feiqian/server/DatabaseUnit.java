package io.feiqian.server;

import io.feiqian.cli.ProcessEntry.Role;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;

/** A PostgreSQL of a cell's own, or of the observatory's; a child of the supervisor. */
final class DatabaseUnit implements Unit {
    static final String USER = EmbeddedPostgres.USER;

    private final String cell;
    private final String name;
    private final EmbeddedPostgres.Config config;

    /**
     * A database in this folder, listening at this port, writing this log.
     *
     * @param cell whose it is; empty where it is no cell's
     */
    DatabaseUnit(String cell, String name, Path folder, int port, Path log) {
        this.cell = cell;
        this.name = name;
        EmbeddedPostgres.Config plain = EmbeddedPostgres.Config.in(folder, port);
        this.config =
                new EmbeddedPostgres.Config(
                        plain.data(),
                        port,
                        plain.passwordFile(),
                        log,
                        plain.cache(),
                        plain.parameters());
    }

    /** The JDBC address. */
    String url() {
        return "jdbc:postgresql://" + address() + "/" + USER;
    }

    /** The file with the user's password; there once the database was started. */
    Path passwordFile() {
        return config.passwordFile();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Role role() {
        return Role.DATABASE;
    }

    @Override
    public String cell() {
        return cell;
    }

    @Override
    public String address() {
        return SystemPlan.HOST + ":" + config.port();
    }

    @Override
    public Running start() throws IOException, InterruptedException {
        try {
            return new Server(EmbeddedPostgres.start(config));
        } catch (StorageException failed) {
            if (Thread.interrupted()) {
                throw (InterruptedException)
                        new InterruptedException(name() + " is not started").initCause(failed);
            }
            throw new IOException(name() + ": " + failed.getMessage(), failed);
        }
    }

    private record Server(EmbeddedPostgres postgres) implements Running {
        @Override
        public ProcessHandle handle() {
            return ProcessHandle.of(postgres.pid())
                    .orElseThrow(() -> new StorageException("PostgreSQL: ended at once"));
        }

        @Override
        public void stop() {
            postgres.stop();
        }
    }
}
