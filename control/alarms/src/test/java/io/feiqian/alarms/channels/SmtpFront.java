package io.feiqian.alarms.channels;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Stands before GreenMail and adds what it cannot do: STARTTLS, refusing, not answering. Passes
 * everything else on, command by command, and keeps the commands, marked where TLS was on.
 */
final class SmtpFront implements AutoCloseable {
    static final String NOTHING = "";
    static final String ENDLESS = "endless";

    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int behind;
    private final @Nullable SSLContext tls;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private volatile boolean tlsAtOnce;
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final CountDownLatch left = new CountDownLatch(1);

    SmtpFront(int behind, @Nullable SSLContext tls) throws IOException {
        this.behind = behind;
        this.tls = tls;
        Thread.ofVirtual().start(this::accept);
    }

    /** Answers commands that begin so itself. */
    SmtpFront answering(String command, String answer) {
        answers.put(command, answer);
        return this;
    }

    /** TLS from the first byte, instead of STARTTLS. */
    SmtpFront tlsAtOnce() {
        tlsAtOnce = true;
        return this;
    }

    int port() {
        return door.getLocalPort();
    }

    List<String> commands() {
        return List.copyOf(commands);
    }

    /** Waits until a client has gone away. */
    void awaitLeft() throws InterruptedException {
        left.await();
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (Socket each : open) {
            each.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = door.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket client) {
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), behind)) {
            new Conversation(client, server).run();
        } catch (IOException gone) {
            // As clients do.
        } finally {
            left.countDown();
        }
    }

    private final class Conversation {
        private final InputStream serverIn;
        private final OutputStream serverOut;
        private Socket client;
        private InputStream in;
        private OutputStream out;

        Conversation(Socket client, Socket server) throws IOException {
            this.serverIn = new BufferedInputStream(server.getInputStream());
            this.serverOut = server.getOutputStream();
            this.client = client;
            this.in = new BufferedInputStream(client.getInputStream());
            this.out = client.getOutputStream();
        }

        void run() throws IOException {
            if (tls != null && tlsAtOnce) {
                secure(tls);
            }
            say(reply());
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                command(line);
            }
        }

        private void command(String line) throws IOException {
            commands.add((client instanceof SSLSocket ? "tls " : "open ") + line.strip());
            String own = own(line);
            if (own != null) {
                sayOwn(own);
            } else if (tls != null && line.startsWith("STARTTLS")) {
                say("220 go on\r\n");
                secure(tls);
            } else {
                pass(line);
            }
        }

        private @Nullable String own(String line) {
            return answers.entrySet().stream()
                    .filter(each -> line.startsWith(each.getKey()))
                    .map(Map.Entry::getValue)
                    .findAny()
                    .orElse(null);
        }

        private void sayOwn(String own) throws IOException {
            if (own.equals(ENDLESS)) {
                while (true) {
                    say("250-" + "x".repeat(1_000) + "\r\n");
                }
            }
            if (!own.equals(NOTHING)) {
                say(own + "\r\n");
            }
        }

        private void pass(String line) throws IOException {
            serverOut.write(line.getBytes(ISO_8859_1));
            String reply = reply();
            if (tls != null && line.startsWith("EHLO") && !(client instanceof SSLSocket)) {
                reply = "250-front\r\n250 STARTTLS\r\n";
            }
            say(reply);
            if (reply.startsWith("354")) {
                for (String each = line(in); !each.equals(".\r\n"); each = line(in)) {
                    serverOut.write(each.getBytes(ISO_8859_1));
                }
                serverOut.write(".\r\n".getBytes(ISO_8859_1));
                String own = own(".");
                String taken = reply();
                say(own == null ? taken : own + "\r\n");
            }
        }

        private void secure(SSLContext context) throws IOException {
            SSLSocket secured =
                    (SSLSocket) context.getSocketFactory().createSocket(client, null, true);
            secured.setUseClientMode(false);
            secured.startHandshake();
            open.add(secured);
            client = secured;
            in = new BufferedInputStream(secured.getInputStream());
            out = secured.getOutputStream();
        }

        private void say(String text) throws IOException {
            out.write(text.getBytes(ISO_8859_1));
            out.flush();
        }

        private String reply() throws IOException {
            StringBuilder reply = new StringBuilder();
            String line;
            do {
                line = line(serverIn);
                reply.append(line);
            } while (line.length() > 3 && line.charAt(3) == '-');
            return reply.toString();
        }

        private String line(InputStream from) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int each = from.read(); each >= 0; each = from.read()) {
                line.write(each);
                if (each == '\n') {
                    break;
                }
            }
            return line.toString(ISO_8859_1);
        }
    }
}
