package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A well-behaved client that keeps its connection: GETs, POSTs by length and by chunks, and now and
 * then three GETs without waiting in between. Never repeats anything. For one thread.
 */
final class WayInClient {
    private static final Duration PAUSE = Duration.ofMillis(6);
    private static final Duration PAUSE_UNCONNECTED = Duration.ofMillis(50);
    private static final Duration PAUSE_LOST = Duration.ofMillis(150);
    private static final int PATIENCE_MILLIS = 15_000;
    private static final int PIPELINED = 3;
    private static final int KEPT_FOR = 400;

    private final String name;
    private final int port;
    private final WayInLedger ledger;
    private final LatencyWindow latencies;
    private final Randomness random;
    private final Clock clock;
    private final Timer timer;
    private Optional<Connection> connection = Optional.empty();
    private long number;

    private static final class Connection {
        final Socket socket;
        final HttpWire wire;
        int served;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.wire = new HttpWire(socket.getInputStream());
        }
    }

    WayInClient(
            String name,
            int port,
            WayInLedger ledger,
            LatencyWindow latencies,
            Randomness random,
            Clock clock,
            Timer timer) {
        this.name = name;
        this.port = port;
        this.ledger = ledger;
        this.latencies = latencies;
        this.random = random;
        this.clock = clock;
        this.timer = timer;
    }

    /** Asks until the thread is interrupted. */
    void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                round();
                timer.pause(PAUSE);
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        } finally {
            drop();
        }
    }

    private void round() throws InterruptedException {
        int chance = random.nextInt(100);
        if (chance < 60) {
            ask(List.of(get()));
        } else if (chance < 80) {
            ask(List.of(post(false)));
        } else if (chance < 95) {
            ask(List.of(post(true)));
        } else {
            List<Asked> several = new ArrayList<>();
            for (int i = 0; i < PIPELINED; i++) {
                several.add(get());
            }
            ask(several);
        }
    }

    private record Asked(String id, boolean safe, String text) {}

    private String next() {
        return name + "-" + number++;
    }

    private Asked get() {
        String id = next();
        return new Asked(
                id,
                true,
                "GET /things/%s HTTP/1.1\r\nHost: way-in\r\nX-Id: %s\r\n\r\n".formatted(id, id));
    }

    private Asked post(boolean chunked) {
        String id = next();
        String body = id + " " + "b".repeat(random.nextInt(3_000));
        String head = "POST /things HTTP/1.1\r\nHost: way-in\r\nX-Id: %s\r\n".formatted(id);
        if (!chunked) {
            return new Asked(
                    id,
                    false,
                    head + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body));
        }
        int half = body.length() / 2;
        return new Asked(
                id,
                false,
                head
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + chunk(body.substring(0, half))
                        + chunk(body.substring(half))
                        + "0\r\n\r\n");
    }

    private static String chunk(String part) {
        return part.isEmpty()
                ? ""
                : "%s\r\n%s\r\n".formatted(Integer.toHexString(part.length()), part);
    }

    private void ask(List<Asked> all) throws InterruptedException {
        long begun = clock.nanos();
        Connection to;
        try {
            to = connected();
        } catch (IOException refused) {
            all.forEach(each -> end(each, begun, WayInEnd.How.UNCONNECTED, 0, text(refused)));
            timer.pause(PAUSE_UNCONNECTED);
            return;
        }
        boolean kept = to.served > 0;
        try {
            OutputStream out = to.socket.getOutputStream();
            StringBuilder text = new StringBuilder();
            all.forEach(each -> text.append(each.text()));
            out.write(HttpWire.ascii(text.toString()));
            out.flush();
        } catch (IOException closed) {
            // What can be read tells more: it may have been answered and closed.
            Thread.onSpinWait();
        }
        for (int i = 0; i < all.size(); i++) {
            boolean goesOn = read(all.get(i), to, begun, kept || i > 0);
            if (!goesOn) {
                drop();
                // All clients have one address, which may open so many connections in a second.
                timer.pause(PAUSE_LOST);
                // What follows a last answer was never taken, and may be asked again.
                return;
            }
        }
        if (to.served >= KEPT_FOR) {
            drop();
        }
    }

    /** Reads the answer; whether the connection can be used on. */
    private boolean read(Asked asked, Connection from, long begun, boolean kept) {
        boolean hasBegun = false;
        try {
            Optional<HttpWire.Head> head = from.wire.head();
            if (head.isEmpty()) {
                lost(asked, begun, kept, "closed");
                return false;
            }
            hasBegun = true;
            int status = head.get().status();
            byte[] body = from.wire.body(head.get());
            from.served++;
            answered(asked, begun, head.get(), status, new String(body, StandardCharsets.UTF_8));
            return !head.get().isLast();
        } catch (SocketTimeoutException late) {
            end(asked, begun, WayInEnd.How.LATE, 0, text(late));
        } catch (ProtocolException nonsense) {
            end(asked, begun, WayInEnd.How.NONSENSE, 0, text(nonsense));
        } catch (EOFException cut) {
            end(asked, begun, WayInEnd.How.CUT, 0, text(cut));
        } catch (IOException reset) {
            if (hasBegun) {
                end(asked, begun, WayInEnd.How.CUT, 0, text(reset));
            } else {
                lost(asked, begun, kept, text(reset));
            }
        }
        return false;
    }

    private void answered(Asked asked, long begun, HttpWire.Head head, int status, String body) {
        if (status / 100 != 2) {
            boolean isProblem =
                    head.field("content-type")
                            .toLowerCase(Locale.ROOT)
                            .startsWith("application/problem+json");
            end(
                    asked,
                    begun,
                    WayInEnd.How.ANSWERED,
                    status,
                    isProblem ? body : "no problem: " + body);
            return;
        }
        if (!head.field("x-id").equals(asked.id())) {
            end(asked, begun, WayInEnd.How.NONSENSE, status, "the answer to " + head.field("x-id"));
            return;
        }
        latencies.add(clock.nanos() - begun);
        end(
                asked,
                begun,
                WayInEnd.How.ANSWERED,
                status,
                body.substring(0, Math.max(0, body.indexOf(' '))));
    }

    private void lost(Asked asked, long begun, boolean kept, String why) {
        end(asked, begun, kept ? WayInEnd.How.LOST_KEPT : WayInEnd.How.LOST_FRESH, 0, why);
    }

    private void end(Asked asked, long begun, WayInEnd.How how, int status, String answer) {
        if (Thread.currentThread().isInterrupted()) {
            // The run is over, and who hangs up himself has lost nothing.
            return;
        }
        ledger.add(
                new WayInEnd(asked.id(), asked.safe(), begun, clock.nanos(), how, status, answer));
    }

    private Connection connected() throws IOException {
        if (connection.isPresent()) {
            return connection.get();
        }
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            Connection made = new Connection(socket);
            connection = Optional.of(made);
            return made;
        } catch (IOException refused) {
            socket.close();
            throw refused;
        }
    }

    private void drop() {
        connection.ifPresent(each -> {
            try {
                each.socket.close();
            } catch (IOException gone) {
                Thread.onSpinWait();
            }
        });
        connection = Optional.empty();
    }

    private static String text(IOException failed) {
        return String.valueOf(failed.getMessage());
    }
}
