package io.feiqian.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Spring Cloud Gateway as its users start it, with its load balancer, in a JVM of its own. It is a
 * module of its own, {@code proof/springgateway}, which no part of the product knows: it is built
 * when it is first measured.
 */
final class SpringGatewayVariant implements GatewayVariant {
    private static final String MODULE = "proof/springgateway";
    private static final String JAR = "feiqian-spring-gateway.jar";
    private static final String MAIN = "io.feiqian.springgateway.SpringGateway";
    private static final String ROUTE = "--spring.cloud.gateway.server.webflux.routes[0].";
    private final Path checkout = Path.of(System.getProperty("feiqian.checkout", ""));

    @Override
    public String text() {
        return "spring-cloud-gateway";
    }

    @Override
    public boolean does(ProxyCase of) {
        return of.layer7();
    }

    @Override
    public boolean compilesWhileItRuns() {
        return true;
    }

    @Override
    public Optional<String> missing(ProxyCase of) {
        if (Files.isReadable(target().resolve(JAR)) || build()) {
            return Optional.empty();
        }
        return Optional.of(
                "%s cannot be built (expected: a checkout, and Maven Central in reach)"
                        .formatted(MODULE));
    }

    @Override
    public ProxyProcess start(Plan plan) throws IOException {
        int port = ProxyProcess.freePort();
        Path pauses = plan.folder().resolve("gc.log");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                System.getProperty("java.home") + "/bin/java",
                                "-Xmx256m",
                                "-Xlog:gc:file=" + pauses,
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Dreactor.netty.ioWorkerCount=" + plan.threads(),
                                "-cp",
                                target().resolve(JAR) + ":" + target().resolve("lib") + "/*",
                                MAIN,
                                "--server.address=127.0.0.1",
                                "--server.port=" + port,
                                "--spring.main.banner-mode=off",
                                ROUTE + "id=bench",
                                ROUTE + "uri=lb://backends",
                                ROUTE + "predicates[0]=Path=/**"));
        for (int i = 0; i < plan.backends().size(); i++) {
            command.add(
                    "--spring.cloud.discovery.client.simple.instances.backends[%d].uri=http://127.0.0.1:%d"
                            .formatted(i, plan.backends().get(i)));
        }
        return ProxyProcess.start(command, port, plan.folder(), Optional.of(pauses));
    }

    private Path target() {
        return checkout.resolve(MODULE).resolve("target");
    }

    private boolean build() {
        Path maven = checkout.resolve("mvnw");
        if (!Files.isExecutable(maven)) {
            return false;
        }
        try {
            Process build =
                    new ProcessBuilder(
                                    maven.toAbsolutePath().toString(),
                                    "-q",
                                    "-Dmaven.test.skip=true",
                                    "-pl",
                                    MODULE,
                                    "package")
                            .directory(checkout.toAbsolutePath().toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return build.waitFor() == 0;
        } catch (IOException cannot) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
