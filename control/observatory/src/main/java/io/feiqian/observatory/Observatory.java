package io.feiqian.observatory;

import com.google.protobuf.InvalidProtocolBufferException;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.MicroBatcher;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.Migrations;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import java.util.zip.GZIPInputStream;

/**
 * A running observatory: takes traces, logs and metrics by OTLP over HTTP (binary, plain or
 * compressed) and writes them to its database in batches. What finds no room is refused in the
 * answer and counted; senders do not wait and are not asked to send again.
 */
public final class Observatory implements AutoCloseable {
    /** Where spans are sent to. */
    public static final String TRACES = "/v1/traces";

    /** Where log lines are sent to. */
    public static final String LOGS = "/v1/logs";

    /** Where the values of meters are sent to. */
    public static final String METRICS = "/v1/metrics";

    private static final String PROTOBUF = "application/x-protobuf";
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    /**
     * What is too large is read and thrown away up to here, so that its sender hears why and goes
     * on: a connection that is closed while somebody sends takes the answer with it.
     */
    private static final int MOST_READ_BYTES = 8 * MOST_BYTES;

    private static final int MOST_CONNECTIONS = 500;

    /** Requests that are read or wait to be written; what they become takes several times this. */
    private static final int MOST_WAITING_BYTES = 6 * MOST_BYTES;

    /** Requests of a transaction, and waiting: each brings a few hundred spans at most. */
    private static final MicroBatcher.Limits LIMITS = new MicroBatcher.Limits(32, 256, 1);

    /** Reads the body of a request. */
    @FunctionalInterface
    private interface Reader {
        Arrived read(byte[] body) throws InvalidProtocolBufferException;
    }

    private final Semaphore room = new Semaphore(MOST_WAITING_BYTES);
    private final Counter refusedRequests;
    private final Writer writer;
    private final MicroBatcher<Arrived> batcher;
    private final WebServer server;

    private Observatory(ObservatoryConfig config, Clock clock, MeterRegistry metrics) {
        this.refusedRequests = metrics.counter("feiqian.observatory.refused");
        this.writer =
                new Writer(config, clock, metrics, bytes -> room.release(Math.toIntExact(bytes)));
        this.batcher =
                new MicroBatcher<>(
                        LIMITS,
                        writer,
                        Thread.ofPlatform().name("observatory-writer").daemon()::unstarted);
        this.server =
                WebServer.builder()
                        .host(config.host())
                        .port(config.port())
                        .maxPayloadSize(MOST_READ_BYTES)
                        .maxTcpConnections(MOST_CONNECTIONS)
                        .shutdownHook(false)
                        .contentEncoding(it -> it.addContentEncoding(new GzipReading()))
                        .addRouting(
                                HttpRouting.builder()
                                        .post(
                                                TRACES,
                                                handler(
                                                        OtlpReader::spans,
                                                        Observatory::tracesRefused))
                                        .post(
                                                LOGS,
                                                handler(
                                                        OtlpReader::lines,
                                                        Observatory::linesRefused))
                                        .post(
                                                METRICS,
                                                handler(
                                                        OtlpMetrics::read,
                                                        Observatory::pointsRefused)))
                        .build()
                        .start();
    }

    /**
     * Brings the database up to date and starts; when this returns it receives.
     *
     * @throws io.feiqian.storage.StorageException where the database does not answer or is of a
     *     newer version
     */
    public static Observatory start(ObservatoryConfig config, Clock clock, MeterRegistry metrics) {
        Migrations.run(Writer.source(config.database()), List.of("observatory"));
        return new Observatory(config, clock, metrics);
    }

    /** Where it receives. */
    public int port() {
        return server.port();
    }

    private Handler handler(Reader reader, IntFunction<byte[]> refused) {
        return (request, response) -> {
            boolean otlp =
                    request.headers()
                            .contentType()
                            .filter(type -> type.mediaType().text().equals(PROTOBUF))
                            .isPresent();
            if (!otlp) {
                refuse(
                        response,
                        Status.UNSUPPORTED_MEDIA_TYPE_415,
                        "content type: another (expected: " + PROTOBUF + ")");
                return;
            }
            if (!room.tryAcquire(MOST_BYTES)) {
                refuse(
                        response,
                        Status.INSUFFICIENT_STORAGE_507,
                        "observatory: overloaded (expected: room for a request)");
                return;
            }
            // What is read is held for by its own size, once that is known.
            long held = MOST_BYTES;
            try {
                Optional<byte[]> body = body(request);
                if (body.isEmpty()) {
                    refuse(
                            response,
                            Status.BAD_REQUEST_400,
                            "body: damaged (expected: OTLP, plain or by gzip)");
                    return;
                }
                if (body.get().length > MOST_BYTES) {
                    refuse(
                            response,
                            Status.REQUEST_ENTITY_TOO_LARGE_413,
                            "body: too large (expected: %d bytes at most)".formatted(MOST_BYTES));
                    return;
                }
                room.release(MOST_BYTES - body.get().length);
                held = body.get().length;
                if (take(reader, refused, body.get(), response)) {
                    held = 0;
                }
            } finally {
                room.release((int) held);
            }
        };
    }

    /** Whether it was taken, and is held until it is written. */
    private boolean take(
            Reader reader, IntFunction<byte[]> refused, byte[] body, ServerResponse response) {
        Arrived arrived;
        try {
            arrived = reader.read(body);
        } catch (InvalidProtocolBufferException unreadable) {
            refuse(response, Status.BAD_REQUEST_400, "body: not OTLP in protobuf (expected: that)");
            return false;
        }
        boolean taken = arrived.size() > 0 && batcher.offer(arrived, Lane.NEW);
        int left = arrived.left() + (taken ? 0 : arrived.size());
        writer.shed(left);
        response.header(HeaderNames.CONTENT_TYPE, PROTOBUF)
                .send(left == 0 ? new byte[0] : refused.apply(left));
        return taken;
    }

    /** With a status after which senders do not send again. */
    private void refuse(ServerResponse response, Status status, String message) {
        refusedRequests.increment();
        response.status(status).send(message);
    }

    /** The body, uncompressed and not much longer than is taken; empty where it is damaged. */
    private static Optional<byte[]> body(ServerRequest request) {
        boolean zipped =
                request.headers()
                        .first(HeaderNames.CONTENT_ENCODING)
                        .filter(GzipReading.NAME::equalsIgnoreCase)
                        .isPresent();
        try (InputStream in = request.content().inputStream()) {
            byte[] body = in.readNBytes(MOST_BYTES + 1);
            // To its end, whatever it is: what is left would be taken for the next request.
            in.transferTo(OutputStream.nullOutputStream());
            return Optional.of(zipped && body.length <= MOST_BYTES ? unzipped(body) : body);
        } catch (IOException | UncheckedIOException damaged) {
            return Optional.empty();
        }
    }

    private static byte[] unzipped(byte[] body) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
            return in.readNBytes(MOST_BYTES + 1);
        }
    }

    private static byte[] tracesRefused(int spans) {
        return ExportTraceServiceResponse.newBuilder()
                .setPartialSuccess(
                        ExportTracePartialSuccess.newBuilder()
                                .setRejectedSpans(spans)
                                .setErrorMessage("overloaded"))
                .build()
                .toByteArray();
    }

    private static byte[] linesRefused(int lines) {
        return ExportLogsServiceResponse.newBuilder()
                .setPartialSuccess(
                        ExportLogsPartialSuccess.newBuilder()
                                .setRejectedLogRecords(lines)
                                .setErrorMessage("overloaded"))
                .build()
                .toByteArray();
    }

    private static byte[] pointsRefused(int points) {
        return ExportMetricsServiceResponse.newBuilder()
                .setPartialSuccess(
                        ExportMetricsPartialSuccess.newBuilder()
                                .setRejectedDataPoints(points)
                                .setErrorMessage(
                                        "overloaded, or more than %d values in a request"
                                                .formatted(OtlpMetrics.MOST_POINTS)))
                .build()
                .toByteArray();
    }

    /** Takes no more, writes what was taken, and ends. */
    @Override
    public void close() {
        var _ = server.stop();
        batcher.close();
        writer.disconnect();
    }
}
