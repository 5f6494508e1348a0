package io.feiqian.benchmarks;

import io.feiqian.benchmarks.GatewayVariant.Plan;
import java.nio.file.Path;
import java.util.List;

/**
 * How our gateway is started for {@code bench gateway}, and what its document says. This is the one
 * place to finish when the data plane is merged: {@link #isServed}, {@link #of} and {@link
 * #arguments}.
 */
final class GatewayDocument {
    static final List<String> FLAGS = List.of("-Xms48m", "-Xmx96m", "-XX:+UseSerialGC");

    private GatewayDocument() {}

    /** Whether this build has the gateway that serves by a document. */
    static boolean isServed() {
        return false;
    }

    static List<String> arguments(Path document) {
        return List.of("gateway", "--config", document.toString());
    }

    static String of(Plan plan, int port) {
        return "port: %d%nbackends: %s%n".formatted(port, plan.backends());
    }
}
