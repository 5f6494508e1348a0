package io.feiqian.proxy;

import io.feiqian.balancing.Instance;
import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tries backends with a connection, or with a GET over one. Blocks; thread-safe. */
final class SocketProbe implements HealthChecks.Probe {
    /** So much of an answer is read at most. */
    private static final int MOST_BYTES = 4_096 + 8_192;

    private static final int MOST_BODY = 4_096;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5]\\d\\d)[ \\r]");

    private final Clock clock;
    private final BackendAddresses addresses;

    SocketProbe(Clock clock, BackendAddresses addresses) {
        this.clock = clock;
        this.addresses = addresses;
    }

    @Override
    public Optional<String> fault(
            Instance<Backend> backend, PoolConfig pool, HealthCheckConfig how) {
        long by = clock.nanos() + how.timeout().toNanos();
        try (Socket socket = new Socket()) {
            socket.connect(address(backend, by), left(by));
            if (how.kind() == HealthCheckConfig.Kind.TCP) {
                // Closed at once, and not left for the backend to say goodbye first.
                socket.setSoLinger(true, 0);
                return Optional.empty();
            }
            socket.setTcpNoDelay(true);
            socket.getOutputStream().write(request(backend, pool, how));
            return judge(read(socket, how, by), how);
        } catch (IOException | TimeoutException | ExecutionException bad) {
            return Optional.of(text(bad));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** What is wrong with this answer. */
    static Optional<String> judge(String answer, HealthCheckConfig how) {
        Matcher status = STATUS.matcher(answer);
        if (!status.lookingAt()) {
            return Optional.of("no answer of HTTP/1.1");
        }
        int code = Integer.parseInt(status.group(1));
        String[] good = how.statuses().split("-", 2);
        int most = Integer.parseInt(good[good.length - 1]);
        if (code < Integer.parseInt(good[0]) || code > most) {
            return Optional.of("status %d (expected: %s)".formatted(code, how.statuses()));
        }
        int head = answer.indexOf("\r\n\r\n");
        if (!how.body().isEmpty()) {
            String body = head < 0 ? "" : answer.substring(head + 4);
            if (!body.substring(0, Math.min(body.length(), MOST_BODY)).contains(how.body())) {
                return Optional.of("body without \"" + how.body() + "\"");
            }
        }
        return Optional.empty();
    }

    private InetSocketAddress address(Instance<Backend> backend, long by)
            throws InterruptedException, ExecutionException, TimeoutException, IOException {
        return addresses.of(backend.target()).get(left(by), TimeUnit.MILLISECONDS);
    }

    private static byte[] request(
            Instance<Backend> backend, PoolConfig pool, HealthCheckConfig how) {
        InetSocketAddress at = backend.target().address();
        String host =
                how.host().isEmpty()
                        ? new HostPort(at.getHostString(), at.getPort()).toString()
                        : how.host();
        String lead = pool.proxyProtocol() == PoolConfig.ProxyVersion.V1 ? "PROXY UNKNOWN\r\n" : "";
        byte[] text =
                (lead
                                + "GET "
                                + how.path()
                                + " HTTP/1.1\r\nHost: "
                                + host
                                + "\r\nUser-Agent: feiqian-check\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1);
        if (pool.proxyProtocol() != PoolConfig.ProxyVersion.V2) {
            return text;
        }
        byte[] local = ProxyHead.local();
        byte[] all = Arrays.copyOf(local, local.length + text.length);
        System.arraycopy(text, 0, all, local.length, text.length);
        return all;
    }

    /** Until what is judged has come; a backend may leave the connection open. */
    private String read(Socket socket, HealthCheckConfig how, long by) throws IOException {
        byte[] bytes = new byte[MOST_BYTES];
        int size = 0;
        InputStream in = socket.getInputStream();
        while (size < bytes.length) {
            socket.setSoTimeout(left(by));
            int more = in.read(bytes, size, bytes.length - size);
            if (more < 0) {
                break;
            }
            size += more;
            String answer = new String(bytes, 0, size, StandardCharsets.UTF_8);
            if (answer.contains("\r\n\r\n") && judge(answer, how).isEmpty()) {
                return answer;
            }
        }
        return new String(bytes, 0, size, StandardCharsets.UTF_8);
    }

    private int left(long by) throws SocketTimeoutException {
        long left = by - clock.nanos();
        if (left <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Duration.ofNanos(left).toMillis()));
    }

    private static String text(Exception bad) {
        if (bad instanceof SocketTimeoutException || bad instanceof TimeoutException) {
            return "no answer in time";
        }
        String message = bad.getMessage();
        return message == null ? bad.getClass().getSimpleName() : message;
    }
}
