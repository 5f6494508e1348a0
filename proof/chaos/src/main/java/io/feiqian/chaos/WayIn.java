package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/** A gateway, the backends behind it, and the clients in front of it. */
final class WayIn implements AutoCloseable {
    private static final int BACKENDS = 3;
    private static final int CLIENTS = 12;
    private static final int ECHO_CLIENTS = 3;
    private static final int DATAGRAM_CLIENTS = 2;
    private static final int PATIENCE_MILLIS = 2_000;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final WayInRecords records = new WayInRecords();
    private final LatencyWindow latencies = new LatencyWindow();
    private final List<WayInBackend> backends = new ArrayList<>();
    private final Weather weather;
    private final WayInLedger ledger;
    private final WayInEchoes echoes;
    private final TriedGateway gateway;
    private final Clock clock;
    private final Timer timer;

    /** Makes the gateway that is tried. */
    interface Maker {
        TriedGateway make(GatewayPorts ports, List<WayInBackend> backends) throws IOException;
    }

    WayIn(Maker maker, Clock clock, Timer timer) throws IOException {
        this.clock = clock;
        this.timer = timer;
        this.weather = new Weather(clock);
        this.ledger = new WayInLedger(records, weather, GatewayDocuments.RETRIES);
        this.echoes = new WayInEchoes(weather, clock, timer);
        for (int i = 1; i <= BACKENDS; i++) {
            backends.add(new WayInBackend("web-" + i, records, timer));
        }
        this.gateway = maker.make(GatewayPorts.choose(), backends);
    }

    List<WayInBackend> backends() {
        return backends;
    }

    TriedGateway gateway() {
        return gateway;
    }

    Weather weather() {
        return weather;
    }

    WayInLedger ledger() {
        return ledger;
    }

    WayInEchoes echoes() {
        return echoes;
    }

    LatencyWindow latencies() {
        return latencies;
    }

    /** Starts the clients, which ask until their threads are interrupted. */
    void load(long seed, Executor threads) {
        int http = gateway.ports().http();
        for (int i = 1; i <= CLIENTS; i++) {
            Randomness random = Randomness.seeded(seed * 1_000 + i);
            threads.execute(
                    new WayInClient("c" + i, http, ledger, latencies, random, clock, timer)::run);
        }
        for (int i = 1; i <= ECHO_CLIENTS; i++) {
            String name = "t" + i;
            threads.execute(() -> echoes.connections(name, gateway.ports().tcp()));
        }
        for (int i = 1; i <= DATAGRAM_CLIENTS; i++) {
            String name = "u" + i;
            threads.execute(() -> echoes.datagrams(name, gateway.ports().udp()));
        }
    }

    /**
     * The number of the document that the gateway goes by, as it says; empty where it is silent.
     */
    Optional<String> version() {
        return get("/version");
    }

    /** Whether it passes requests on. */
    boolean serves() {
        return get("/things/probe").isPresent();
    }

    private Optional<String> get(String path) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.ports().http()),
                    PATIENCE_MILLIS);
            socket.getOutputStream()
                    .write(
                            HttpWire.ascii(
                                    "GET %s HTTP/1.1\r\nHost: way-in\r\nConnection: close\r\n\r\n"
                                            .formatted(path)));
            HttpWire wire = new HttpWire(socket.getInputStream());
            Optional<HttpWire.Head> head = wire.head();
            if (head.isEmpty() || head.get().status() != 200) {
                return Optional.empty();
            }
            return Optional.of(new String(wire.body(head.get()), StandardCharsets.UTF_8).strip());
        } catch (IOException away) {
            return Optional.empty();
        }
    }

    boolean await(Duration patience, BooleanSupplier condition) throws InterruptedException {
        Deadline deadline = Deadline.after(patience, clock);
        while (!condition.getAsBoolean()) {
            if (deadline.isExpired()) {
                return false;
            }
            timer.pause(LOOK_AGAIN);
        }
        return true;
    }

    @Override
    public void close() {
        gateway.close();
        backends.forEach(WayInBackend::close);
    }
}
