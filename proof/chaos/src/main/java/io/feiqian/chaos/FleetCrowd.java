package io.feiqian.chaos;

import io.feiqian.registry.ServiceInstance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Very many instances of a service that nobody calls, and that somebody watches: a few processes
 * with hundreds each. All listen at one socket, each at an address of its own.
 */
final class FleetCrowd implements AutoCloseable {
    static final String SERVICE = "fleet-crowd";
    static final int SIZE = 2_000;

    private static final int PROCESSES = 10;

    private final int registryPort;
    private final Path folder;
    private final ServerSocket listener;
    private final List<FleetMember> members = new ArrayList<>();

    FleetCrowd(int registryPort, Path folder) throws IOException {
        this.registryPort = registryPort;
        this.folder = folder;
        this.listener = new ServerSocket(0, 1_000, InetAddress.getByName("0.0.0.0"));
        Thread.ofVirtual().start(this::listen);
    }

    /** Whoever asks whether an instance lives finds that it does. */
    private void listen() {
        while (!listener.isClosed()) {
            answer();
        }
    }

    private void answer() {
        try (Socket asked = listener.accept()) {
            asked.setSoLinger(true, 0);
        } catch (IOException ended) {
            // Who asked went away, or the crowd did.
            Thread.onSpinWait();
        }
    }

    /** All of them come. */
    void begin() {
        try {
            for (int i = 0; i < PROCESSES; i++) {
                FleetMember member = new FleetMember("crowd-" + i, registryPort, folder);
                members.add(member);
                for (int j = i; j < SIZE; j += PROCESSES) {
                    member.registry().register(instance(j), () -> true);
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** All of them leave. */
    void end() {
        members.forEach(FleetMember::close);
        members.clear();
    }

    private ServiceInstance instance(int number) {
        return new ServiceInstance(
                SERVICE,
                Optional.empty(),
                "crowd-%04d".formatted(number),
                "127.1.%d.%d".formatted(number / 200, 1 + number % 200),
                listener.getLocalPort(),
                Map.of());
    }

    @Override
    public void close() {
        end();
        try {
            listener.close();
        } catch (IOException ended) {
            throw new UncheckedIOException(ended);
        }
    }
}
