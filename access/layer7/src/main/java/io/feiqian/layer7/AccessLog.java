package io.feiqian.layer7;

import io.feiqian.balancing.Member;
import io.feiqian.proxy.AccessLogConfig;
import io.feiqian.proxy.Backend;
import io.feiqian.runtime.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A line of JSON for each request: written into pages by the event loops, and by a thread of its
 * own to the file. Where the disk is full or slow, whole pages are lost and their lines counted
 * ({@code feiqian.gateway.log.lost}); no request ever waits. Thread-safe.
 */
final class AccessLog implements AutoCloseable {
    private static final int PAGE = 32_768;
    private static final int PAGES = 64;

    /**
     * A page that is full.
     *
     * @param bytes the lines
     * @param length how many bytes of it count
     * @param lines how many lines there are
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed over whole, and back.
    private record Full(byte[] bytes, int length, int lines) {}

    private final BlockingQueue<Full> full = new ArrayBlockingQueue<>(PAGES);
    private final BlockingQueue<byte[]> spare = new ArrayBlockingQueue<>(PAGES);
    private final Counter lost;
    private final Thread writer;
    private volatile AccessLogConfig config;
    private volatile boolean closing;

    AccessLog(AccessLogConfig config, MeterRegistry metrics) {
        this.config = config;
        this.lost =
                Counter.builder("feiqian.gateway.log.lost")
                        .description("Lines of the access log that could not be written")
                        .register(metrics);
        this.writer = Thread.ofPlatform().daemon().name("feiqian-access-log").start(this::write);
    }

    /** Another configuration from now on. */
    void take(AccessLogConfig newConfig) {
        config = newConfig;
    }

    /** A page for one event loop. */
    Page page(Clock clock) {
        return new Page(clock);
    }

    private void write() {
        Optional<LogFile> file = Optional.empty();
        AccessLogConfig opened = config;
        boolean begun = false;
        while (true) {
            Full page;
            try {
                page = full.poll(100, TimeUnit.MILLISECONDS);
            } catch (InterruptedException ends) {
                break;
            }
            if (page == null) {
                if (closing) {
                    break;
                }
                continue;
            }
            AccessLogConfig now = config;
            if (!begun || !now.equals(opened)) {
                file.ifPresent(LogFile::close);
                file = now.file().map(path -> new LogFile(path, now.mostBytes(), now.files()));
                opened = now;
                begun = true;
            }
            if (file.isPresent() && !file.get().write(page.bytes(), page.length())) {
                lost.increment(page.lines());
            }
            var _ = spare.offer(page.bytes());
        }
        file.ifPresent(LogFile::close);
    }

    /** Writes what is there, and ends. */
    @Override
    public void close() {
        closing = true;
        boolean interrupted = false;
        try {
            writer.join(2_000);
        } catch (InterruptedException stop) {
            interrupted = true;
        }
        writer.interrupt();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The lines of one event loop; confined to it. */
    final class Page {
        private static final byte[] TIME = Bytes.ascii("{\"time\":\"");
        private static final byte[] CLIENT = Bytes.ascii("Z\",\"client\":\"");
        private static final byte[] LISTENER = Bytes.ascii("\",\"listener\":\"");
        private static final byte[] ROUTE = Bytes.ascii("\",\"route\":\"");
        private static final byte[] VERB = Bytes.ascii("\",\"verb\":\"");
        private static final byte[] PATH = Bytes.ascii("\",\"path\":\"");
        private static final byte[] STATUS = Bytes.ascii("\",\"status\":");
        private static final byte[] IN = Bytes.ascii(",\"bytes_in\":");
        private static final byte[] OUT = Bytes.ascii(",\"bytes_out\":");
        private static final byte[] MICROS = Bytes.ascii(",\"micros\":");
        private static final byte[] BACKEND = Bytes.ascii(",\"backend\":\"");
        private static final byte[] CELL = Bytes.ascii("\",\"cell\":\"");
        private static final byte[] TRACE = Bytes.ascii("\",\"trace\":\"");
        private static final byte[] CALLER = Bytes.ascii("\",\"caller\":\"");
        private static final byte[] END = Bytes.ascii("\"}\n");
        private static final long SECOND = 1_000_000_000;

        private final Clock clock;
        private final Bytes bytes = new Bytes();
        private int lines;
        private double share;
        private long timeUntil;
        private byte[] time = new byte[0];
        private long secondAt;

        private Page(Clock clock) {
            this.clock = clock;
            this.timeUntil = clock.nanos();
        }

        /** Writes the line of an exchange that is over. */
        void write(Exchange exchange, long now, long took) {
            AccessLogConfig wanted = config;
            if (wanted.file().isEmpty()) {
                return;
            }
            share += wanted.share();
            if (share < 1 && exchange.reply().status() < 500) {
                return;
            }
            share = Math.min(1, share - (share >= 1 ? 1 : 0));
            Head head = exchange.request();
            Attempts attempts = exchange.attempts();
            time(bytes.put(TIME), now);
            bytes.put(CLIENT)
                    .put(
                            exchange.from().equals(exchange.peer.client())
                                    ? exchange.peer.address()
                                    : Bytes.ascii(exchange.from().address().getHostAddress()));
            bytes.put(LISTENER).text(exchange.peer.client().listener());
            bytes.put(ROUTE).put(exchange.plan().name);
            bytes.put(VERB).put(head.bytes, head.methodStart, head.methodEnd);
            escaped(bytes.put(PATH), head.bytes, head.targetStart, head.queryStart);
            bytes.put(STATUS).number(exchange.reply().status());
            bytes.put(IN).number(exchange.body().bytes());
            bytes.put(OUT).number(exchange.reply().bytes());
            bytes.put(MICROS).number(took / 1_000);
            Member<Backend> member = attempts.member();
            bytes.put(BACKEND);
            if (member != null) {
                bytes.text(member.target().name());
            }
            bytes.put(CELL);
            if (member != null) {
                bytes.text(member.target().cell());
            }
            bytes.put(TRACE);
            int trace = head.find(Known.TRACE_NUMBER);
            if (trace >= 0) {
                escaped(bytes, head.bytes, head.valueStart(trace), head.valueEnd(trace));
            }
            bytes.put(CALLER);
            String caller = exchange.caller().name();
            if (!caller.isEmpty()) {
                byte[] name = Bytes.ascii(caller);
                escaped(bytes, name, 0, name.length);
            }
            bytes.put(END);
            lines++;
            if (bytes.length > PAGE - 4_096) {
                hand();
            }
        }

        /** Hands the lines over that are here. */
        void hand() {
            if (lines == 0) {
                return;
            }
            byte[] other = spare.poll();
            if (full.offer(new Full(bytes.array, bytes.length, lines))) {
                bytes.array = other == null ? new byte[PAGE] : other;
            } else {
                lost.increment(lines);
                if (other != null) {
                    var _ = spare.offer(other);
                }
            }
            bytes.clear();
            lines = 0;
        }

        /** The time of day to the millisecond; the text of the second is kept while it holds. */
        private void time(Bytes out, long now) {
            if (now - timeUntil >= 0) {
                Instant instant = clock.now();
                time =
                        Bytes.ascii(
                                Instant.ofEpochSecond(instant.getEpochSecond())
                                        .toString()
                                        .substring(0, 19));
                secondAt = now - instant.getNano();
                timeUntil = secondAt + SECOND;
            }
            int millis = (int) Math.max(0, Math.min(999, (now - secondAt) / 1_000_000));
            out.put(time)
                    .put('.')
                    .put('0' + millis / 100)
                    .put('0' + millis / 10 % 10)
                    .put('0' + millis % 10);
        }

        private static void escaped(Bytes out, byte[] from, int start, int end) {
            for (int i = start; i < end; i++) {
                byte c = from[i];
                if (c == '"' || c == '\\') {
                    out.put('\\').put(c);
                } else {
                    out.put(c < ' ' || c == 0x7f ? '?' : c);
                }
            }
        }
    }
}
