package io.feiqian.chaos;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.registry.ZooKeeperServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The registry of a fleet: goes and comes back at the same port. Thread-safe. */
final class FleetRegistry implements AutoCloseable {
    private final Path data;
    private final int port;

    @GuardedBy("this")
    private Optional<ZooKeeperServer> server = Optional.empty();

    FleetRegistry(Path data) throws IOException {
        this.data = data;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = free.getLocalPort();
        }
        begin();
    }

    int port() {
        return port;
    }

    synchronized void begin() {
        if (server.isPresent()) {
            return;
        }
        try {
            server =
                    Optional.of(
                            ZooKeeperServer.start(
                                    ZooKeeperServer.Config.alone(data, "127.0.0.1", port)));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    synchronized void end() {
        server.ifPresent(ZooKeeperServer::close);
        server = Optional.empty();
    }

    /** What it knew is gone; it has to be ended. */
    synchronized void forget() {
        try (Stream<Path> files = Files.walk(data)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                Files.delete(each);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        end();
    }
}
