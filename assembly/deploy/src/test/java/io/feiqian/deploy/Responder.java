package io.feiqian.deploy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Stands for a gateway: ready while it lives, and says its name. A process of a test. */
final class Responder {
    static final int PORT = 8080;
    private static final int GOOD = 200;

    private Responder() {}

    /** Its name is the only argument. */
    public static void main(String[] arguments) throws IOException {
        byte[] name = arguments[0].getBytes(StandardCharsets.UTF_8);
        HttpServer server = HttpServer.create(new InetSocketAddress(PORT), 0);
        server.createContext("/", exchange -> answer(exchange, name));
        server.start();
    }

    private static void answer(HttpExchange exchange, byte[] name) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(GOOD, name.length);
            exchange.getResponseBody().write(name);
        }
    }
}
