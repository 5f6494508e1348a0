package io.feiqian.deploy;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.TreeSet;

/**
 * A client that asks an address again and again, each time on a new connection. A process of a
 * test: to {@code mark} it forgets what it saw; to {@code seen} it says for how many milliseconds
 * nobody was answered at a stretch at most, how long it was from the first failure to the end of
 * the last one, how many answers came since the last failure, and by whom.
 */
final class Caller {
    private static final int PATIENCE_MILLIS = 150;
    private static final Duration BETWEEN = Duration.ofMillis(5);
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: service\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final Clock clock = Clock.system();
    private final Timer timer = Timer.system("caller");
    private final InetSocketAddress address;

    private long lastGood = clock.nanos();
    private long longestGap;
    private boolean failed;
    private long firstFailure;
    private long lastFailure;
    private int since;
    private final TreeSet<String> by = new TreeSet<>();

    private Caller(String host) {
        this.address = new InetSocketAddress(host, Responder.PORT);
    }

    /** Whom to ask is the only argument. */
    public static void main(String[] arguments) throws IOException {
        Caller caller = new Caller(arguments[0]);
        Thread.ofPlatform().daemon().start(caller::ask);
        BufferedReader orders =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            System.out.println(order.equals("mark") ? caller.mark() : caller.seen());
        }
    }

    private void ask() {
        try {
            while (true) {
                long begun = clock.nanos();
                note(begun, once());
                timer.pause(BETWEEN);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Who answered; empty where nobody did. */
    private String once() {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(address, PATIENCE_MILLIS);
            socket.getOutputStream().write(REQUEST);
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.startsWith("HTTP/1.1 200 ")
                    ? answer.substring(answer.indexOf("\r\n\r\n") + 4)
                    : "";
        } catch (IOException nobody) {
            return "";
        }
    }

    private synchronized void note(long begun, String who) {
        long now = clock.nanos();
        longestGap = Math.max(longestGap, now - lastGood);
        if (who.isEmpty()) {
            firstFailure = failed ? firstFailure : begun;
            failed = true;
            lastFailure = now;
            since = 0;
            by.clear();
        } else {
            lastGood = now;
            since++;
            by.add(who);
        }
    }

    private synchronized String mark() {
        longestGap = 0;
        failed = false;
        since = 0;
        by.clear();
        return "marked";
    }

    private synchronized String seen() {
        long disturbed = failed ? lastFailure - firstFailure : 0;
        return "%d %d %d %s"
                .formatted(
                        Duration.ofNanos(longestGap).toMillis(),
                        Duration.ofNanos(disturbed).toMillis(),
                        since,
                        String.join("+", by));
    }
}
