package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.security.SelfSigned;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conformance suite for servers of HTTP/2, h2spec, against a listener before a backend. */
class H2specTest {
    private static final Path SUITE =
            Path.of(System.getProperty("h2spec", "/usr/local/bin/h2spec"));

    @TempDir private Path folder = Path.of("");

    @Test
    void everyCaseOfTheSuitePasses() throws Exception {
        assumeTrue(
                Files.isExecutable(SUITE),
                "no h2spec on this machine (neither Debian nor Maven has it): HTTP/2 is tried rule"
                        + " by rule in Http2FrameRulesTest and Http2HeadRulesTest");
        Path printed = folder.resolve("h2spec.txt");
        SelfSigned own = SelfSigned.here(folder, "gateway");
        HttpServer shop =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        shop.createContext(
                "/",
                exchange -> {
                    byte[] answer = {'o', 'k'};
                    exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Http2Door door =
                        Http2Door.of(
                                "\"tls\": {\"certificates\": [{\"certificate\": \"%s\", \"key\": \"%s\"}]}"
                                        .formatted(own.certificate(), own.key()),
                                "",
                                "",
                                shop.getAddress().getPort())) {
            shop.setExecutor(threads);
            shop.start();
            Process run =
                    new ProcessBuilder(
                                    SUITE.toString(),
                                    "-t",
                                    "-k",
                                    "-h",
                                    "127.0.0.1",
                                    "-p",
                                    Integer.toString(door.port()),
                                    "-o",
                                    "5")
                            .redirectErrorStream(true)
                            .redirectOutput(printed.toFile())
                            .start();
            boolean ended = run.waitFor(300, TimeUnit.SECONDS);
            run.destroyForcibly();
            shop.stop(0);
            assertThat(ended).as("it ends").isTrue();
        }
        assertThat(Files.readString(printed)).contains("146 tests, ").contains(" 0 failed");
    }
}
