package io.feiqian.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stands between a driver and its database and cuts the connection at a COMMIT. */
final class CuttingProxy implements AutoCloseable {
    /** What becomes of the next COMMIT. */
    enum AtCommit {
        /** It passes like everything else. */
        PASS,
        /** The database gets it, the client never hears of it. */
        CUT_ANSWER,
        /** It gets lost, and the connection with it. */
        CUT_BEFORE,
        /** It waits until {@link #deliver}, and nothing is cut. */
        STALL,
        /** The client's connection is cut; the database gets it when {@link #deliver} says so. */
        HOLD
    }

    /** The driver prepares even COMMIT, and afterwards only sends the statement's name. */
    private static final Pattern PREPARED =
            Pattern.compile("P....(S_\\d+)\0COMMIT\0", Pattern.DOTALL);

    private final ServerSocket server;
    private final int target;
    private final AtomicReference<AtCommit> next = new AtomicReference<>(AtCommit.PASS);
    private final AtomicInteger passing = new AtomicInteger();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch deliver = new CountDownLatch(1);
    private volatile boolean refusing;

    CuttingProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + server.getLocalPort() + "/" + EmbeddedPostgres.USER;
    }

    /** Arms it for the next COMMIT; one time. */
    void atNextCommit(AtCommit what) {
        next.set(what);
    }

    /** Arms it for the COMMIT after the next, which passes; one time. */
    void atCommitAfterNext(AtCommit what) {
        passing.set(1);
        next.set(what);
    }

    /** From now on new connections are cut at once. */
    void refuseConnections() {
        refusing = true;
    }

    /** From now on new connections are made again. */
    void acceptConnections() {
        refusing = false;
    }

    void awaitHeld() throws InterruptedException {
        held.await();
    }

    void deliver() {
        deliver.countDown();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                Socket database = new Socket(InetAddress.getLoopbackAddress(), target);
                Thread.ofVirtual().start(() -> upstream(client, database));
                Thread.ofVirtual().start(() -> downstream(client, database));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void upstream(Socket client, Socket database) {
        byte[] buffer = new byte[1 << 16];
        String name = "";
        try {
            InputStream in = client.getInputStream();
            OutputStream out = database.getOutputStream();
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                String bytes = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
                name = commitName(bytes, name);
                AtCommit what = isCommit(bytes, name) ? ofThisCommit() : AtCommit.PASS;
                switch (what) {
                    case PASS -> out.write(buffer, 0, n);
                    case STALL -> {
                        held.countDown();
                        deliver.await();
                        out.write(buffer, 0, n);
                    }
                    case CUT_BEFORE -> {
                        database.close();
                        client.close();
                        held.countDown();
                        return;
                    }
                    case CUT_ANSWER, HOLD -> {
                        client.close();
                        held.countDown();
                        if (what == AtCommit.HOLD) {
                            deliver.await();
                        }
                        out.write(buffer, 0, n);
                        out.flush();
                        // Its backend commits, finds nobody to tell, and ends when we close.
                        database.getInputStream().readNBytes(1);
                        database.close();
                        return;
                    }
                }
                out.flush();
            }
            database.close();
        } catch (IOException | InterruptedException cut) {
            closeQuietly(client);
            closeQuietly(database);
        }
    }

    private AtCommit ofThisCommit() {
        return passing.getAndUpdate(left -> Math.max(0, left - 1)) > 0
                ? AtCommit.PASS
                : next.getAndSet(AtCommit.PASS);
    }

    private static void downstream(Socket client, Socket database) {
        byte[] buffer = new byte[1 << 16];
        try {
            InputStream in = database.getInputStream();
            OutputStream out = client.getOutputStream();
            while (!client.isClosed()) {
                int n = in.read(buffer);
                if (n < 0) {
                    break;
                }
                out.write(buffer, 0, n);
                out.flush();
            }
            client.close();
        } catch (IOException cut) {
            closeQuietly(client);
        }
    }

    /** The name under which COMMIT is prepared, as far as it is known after these bytes. */
    private static String commitName(String bytes, String known) {
        Matcher prepared = PREPARED.matcher(bytes);
        return prepared.find() ? prepared.group(1) : known;
    }

    private static boolean isCommit(String bytes, String name) {
        return bytes.contains("COMMIT\0")
                || (!name.isEmpty() && bytes.startsWith("B") && bytes.contains("\0" + name + "\0"));
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException ignored) {
            // Closed already.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        deliver.countDown();
    }
}
