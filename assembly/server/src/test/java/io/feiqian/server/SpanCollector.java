package io.feiqian.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A collector of spans as OTLP over HTTP sends them; reads of the format (opentelemetry-proto,
 * trace/v1) what tests ask for, by field numbers.
 */
final class SpanCollector implements AutoCloseable {
    /**
     * One span.
     *
     * @param service the role of the process it came from
     * @param cell the cell that the process serves; empty for none
     */
    record Seen(
            String service,
            String cell,
            String traceId,
            String id,
            String parent,
            String name,
            Map<String, String> attributes) {
        String attribute(String key) {
            return attributes.getOrDefault(key, "");
        }
    }

    /** The sender of a span that has none. */
    static final Seen NOBODY = new Seen("", "", "", "", "", "", Map.of());

    private static final String PATH = "/v1/traces";

    private final HttpServer server;
    private final List<Seen> spans = new ArrayList<>();

    private SpanCollector(HttpServer server) {
        this.server = server;
        server.createContext(PATH, this::receive);
        server.start();
    }

    static SpanCollector start() throws IOException {
        return new SpanCollector(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + PATH;
    }

    /** Waits until the spans of this trace are as wanted, and no longer than this. */
    synchronized List<Seen> await(String traceId, Predicate<List<Seen>> wanted, Duration atMost)
            throws InterruptedException {
        Deadline end = Deadline.after(atMost, Clock.system());
        while (!wanted.test(spansOf(traceId)) && !end.isExpired()) {
            wait(Math.max(1, end.remaining().toMillis()));
        }
        return spansOf(traceId);
    }

    /** Waits until so many traces went through this role, and no longer than this; how many did. */
    synchronized long awaitTraces(String service, long atLeast, Duration atMost)
            throws InterruptedException {
        Deadline end = Deadline.after(atMost, Clock.system());
        while (traces(service) < atLeast && !end.isExpired()) {
            wait(Math.max(1, end.remaining().toMillis()));
        }
        return traces(service);
    }

    private long traces(String service) {
        return spans.stream()
                .filter(each -> each.service().equals(service))
                .map(Seen::traceId)
                .distinct()
                .count();
    }

    private List<Seen> spansOf(String traceId) {
        return spans.stream().filter(each -> each.traceId().equals(traceId)).toList();
    }

    private void receive(HttpExchange exchange) throws IOException {
        read(UnknownFieldSet.parseFrom(exchange.getRequestBody().readAllBytes()));
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private synchronized void read(UnknownFieldSet request) throws InvalidProtocolBufferException {
        for (UnknownFieldSet process : parts(request, 1)) {
            Map<String, String> resource = new TreeMap<>();
            for (UnknownFieldSet each : parts(process, 1)) {
                resource.putAll(attributes(each, 1));
            }
            for (UnknownFieldSet scope : parts(process, 2)) {
                for (UnknownFieldSet span : parts(scope, 2)) {
                    spans.add(
                            new Seen(
                                    resource.getOrDefault("service.name", ""),
                                    resource.getOrDefault("feiqian.cell", ""),
                                    hex(span, 1),
                                    hex(span, 2),
                                    hex(span, 4),
                                    text(span, 5),
                                    attributes(span, 9)));
                }
            }
        }
        notifyAll();
    }

    private static Map<String, String> attributes(UnknownFieldSet of, int field)
            throws InvalidProtocolBufferException {
        Map<String, String> found = new TreeMap<>();
        for (UnknownFieldSet pair : parts(of, field)) {
            for (UnknownFieldSet value : parts(pair, 2)) {
                boolean number = value.hasField(3);
                found.put(
                        text(pair, 1),
                        number
                                ? String.valueOf(value.getField(3).getVarintList().getFirst())
                                : text(value, 1));
            }
        }
        return found;
    }

    private static List<UnknownFieldSet> parts(UnknownFieldSet of, int field)
            throws InvalidProtocolBufferException {
        List<UnknownFieldSet> parts = new ArrayList<>();
        for (ByteString each : of.getField(field).getLengthDelimitedList()) {
            parts.add(UnknownFieldSet.parseFrom(each));
        }
        return parts;
    }

    private static String text(UnknownFieldSet of, int field) {
        List<ByteString> values = of.getField(field).getLengthDelimitedList();
        return values.isEmpty() ? "" : values.getFirst().toStringUtf8();
    }

    private static String hex(UnknownFieldSet of, int field) {
        List<ByteString> values = of.getField(field).getLengthDelimitedList();
        return values.isEmpty() ? "" : HexFormat.of().formatHex(values.getFirst().toByteArray());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
