package io.feiqian.registry;

import io.feiqian.registry.spi.InstanceProbe;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Connects to the instance's port, greets as a gRPC client does, and waits for a reaction: any byte
 * or an orderly end, so that servers of plain gRPC, of TLS and of HTTP are all told from a process
 * that hangs, whose machine still takes connections for it. Each question has a short-lived thread
 * of its own (virtual ones are not there on Java 17; the lists that ask do so at most 50 times a
 * second) and opens one connection. Who it is that answers is not asked. Thread-safe.
 */
public final class PortProbe implements InstanceProbe {
    /** HTTP/2's greeting with empty settings. A gRPC server answers with its own. */
    private static final byte[] GREETING =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
                    .getBytes(StandardCharsets.ISO_8859_1);

    @Override
    public CompletableFuture<Answer> ask(ServiceInstance instance, Duration atMost) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> answer.complete(connect(instance, (int) atMost.toMillis())),
                        "feiqian-registry-probe");
        thread.setDaemon(true);
        thread.start();
        return answer;
    }

    private static Answer connect(ServiceInstance instance, int millis) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(instance.host(), instance.port()), millis);
            return reaction(socket, millis);
        } catch (ConnectException refused) {
            return isRefused(refused) ? Answer.REFUSED : Answer.SILENT;
        } catch (IOException | RuntimeException unknown) {
            return Answer.SILENT;
        }
    }

    private static Answer reaction(Socket socket, int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            socket.getOutputStream().write(GREETING);
            // A byte or the end of the stream: either way the process did something.
            int unused = socket.getInputStream().read();
            return Answer.ALIVE;
        } catch (SocketTimeoutException hung) {
            return Answer.SILENT;
        } catch (SocketException closed) {
            return Answer.ALIVE;
        }
    }

    /** The same exception also says that there is no way to the machine, which proves nothing. */
    private static boolean isRefused(ConnectException failure) {
        return String.valueOf(failure.getMessage()).contains("refused");
    }
}
