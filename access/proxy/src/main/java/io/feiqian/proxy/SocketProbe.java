package io.feiqian.proxy;

import io.feiqian.balancing.Instance;
import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Tries backends with a connection, or with a GET over one; by TLS where the pool's requests go by
 * it. Blocks; thread-safe.
 */
final class SocketProbe implements HealthChecks.Probe {
    /** So much of an answer is read at most. */
    private static final int MOST_BYTES = 4_096 + 8_192;

    private static final String LATE = "no answer in time";
    private static final int MOST_BODY = 4_096;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5]\\d\\d)[ \\r]");

    private final Clock clock;
    private final BackendAddresses addresses;
    private final ProbeTls tls;

    SocketProbe(Clock clock, BackendAddresses addresses) {
        this.clock = clock;
        this.addresses = addresses;
        this.tls = new ProbeTls(clock);
    }

    @Override
    public Optional<String> fault(
            Instance<Backend> backend, PoolConfig pool, HealthCheckConfig how) {
        long by = clock.nanos() + how.timeout().toNanos();
        CountDownLatch done = new CountDownLatch(1);
        try (Socket socket = new Socket()) {
            InetSocketAddress at = address(backend, by);
            socket.connect(at, left(by));
            if (pool.tls().isPresent()) {
                closeAfter(socket, done, how.timeout());
                socket.setSoTimeout(left(by));
                socket.getOutputStream().write(ProxyHead.local(pool.proxyProtocol()));
                String host = backend.target().address().getHostString();
                try (Socket secure = tls.begin(socket, pool.name(), pool.tls().get(), host)) {
                    return ask(secure, backend, how, by);
                } catch (SocketException broken) {
                    // As those do that want another certificate, or any.
                    return Optional.of(
                            isLate(by) ? LATE : "TLS: broken off: " + broken.getMessage());
                }
            }
            if (how.kind() == HealthCheckConfig.Kind.TCP) {
                // Closed at once, and not left for the backend to say goodbye first.
                socket.setSoLinger(true, 0);
                return Optional.empty();
            }
            socket.getOutputStream().write(ProxyHead.local(pool.proxyProtocol()));
            return ask(socket, backend, how, by);
        } catch (SSLException refused) {
            return Optional.of(isLate(by) ? LATE : ProbeTls.reason(refused));
        } catch (IOException
                | TimeoutException
                | ExecutionException
                | GeneralSecurityException bad) {
            return Optional.of(isLate(by) ? LATE : text(bad));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        } finally {
            done.countDown();
        }
    }

    @Override
    public void forget(String pool) {
        tls.forget(pool);
    }

    /** A handshake reads as often as it likes, and each time a whole timeout may pass. */
    private static void closeAfter(Socket socket, CountDownLatch done, Duration timeout) {
        var _ =
                Thread.ofVirtual()
                        .name("gateway-check-end")
                        .start(() -> {
                            try {
                                if (!done.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                                    socket.close();
                                }
                            } catch (IOException gone) {
                                // Whoever tried it finds out.
                            } catch (InterruptedException ended) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    private Optional<String> ask(
            Socket socket, Instance<Backend> backend, HealthCheckConfig how, long by)
            throws IOException {
        if (how.kind() == HealthCheckConfig.Kind.TCP) {
            return Optional.empty();
        }
        socket.setTcpNoDelay(true);
        socket.getOutputStream().write(request(backend, how));
        return judge(read(socket, how, by), how);
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

    private static byte[] request(Instance<Backend> backend, HealthCheckConfig how) {
        InetSocketAddress at = backend.target().address();
        String host =
                how.host().isEmpty()
                        ? new HostPort(at.getHostString(), at.getPort()).toString()
                        : how.host();
        return ("GET "
                        + how.path()
                        + " HTTP/1.1\r\nHost: "
                        + host
                        + "\r\nUser-Agent: feiqian-check\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
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
            throw new SocketTimeoutException(LATE);
        }
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Duration.ofNanos(left).toMillis()));
    }

    private boolean isLate(long by) {
        return by - clock.nanos() <= 0;
    }

    private static String text(Exception bad) {
        if (bad instanceof SocketTimeoutException || bad instanceof TimeoutException) {
            return LATE;
        }
        String message = bad.getMessage();
        return message == null ? bad.getClass().getSimpleName() : message;
    }
}
