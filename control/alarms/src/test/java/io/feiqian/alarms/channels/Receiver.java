package io.feiqian.alarms.channels;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** An HTTP server that keeps what it is told and answers as it is asked to. */
final class Receiver implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Told> told = new CopyOnWriteArrayList<>();

    record Told(String method, URI uri, Headers headers, String body) {
        JsonNode json() throws IOException {
            return MAPPER.readTree(body);
        }

        String header(String name) {
            String value = headers.getFirst(name);
            return value == null ? "none" : value;
        }
    }

    private Receiver(HttpServer server, HttpHandler answer) {
        this.server = server;
        server.createContext(
                "/",
                exchange -> {
                    told.add(
                            new Told(
                                    exchange.getRequestMethod(),
                                    exchange.getRequestURI(),
                                    exchange.getRequestHeaders(),
                                    new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
                    try (exchange) {
                        answer.handle(exchange);
                    }
                });
        server.setExecutor(threads);
        server.start();
    }

    static Receiver of(HttpHandler answer) throws IOException {
        return new Receiver(HttpServer.create(anyPort(), 0), answer);
    }

    static Receiver secured(SSLContext tls, HttpHandler answer) throws IOException {
        HttpsServer server = HttpsServer.create(anyPort(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return new Receiver(server, answer);
    }

    static Receiver answering(int status, String body) throws IOException {
        return of(exchange -> answer(exchange, status, body));
    }

    static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    URI url(String path) {
        return URI.create("http://localhost:%d%s".formatted(port(), path));
    }

    int port() {
        return server.getAddress().getPort();
    }

    List<Told> told() {
        return List.copyOf(told);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
