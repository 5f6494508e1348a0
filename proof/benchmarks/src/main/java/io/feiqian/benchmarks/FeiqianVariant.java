package io.feiqian.benchmarks;

import io.feiqian.cli.Executable;
import io.feiqian.proxy.GatewayJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ours: the role {@code gateway} in a JVM of its own, by a document with everything on that the
 * others are asked for and more: balancing, health checks, limits, metrics and an access log; and
 * in case {@code http-cell} the cell found by a field of the JSON body.
 */
final class FeiqianVariant implements GatewayVariant {
    @Override
    public String text() {
        return ProxyGoals.OURS;
    }

    @Override
    public boolean does(ProxyCase of) {
        return true;
    }

    @Override
    public boolean compilesWhileItRuns() {
        return true;
    }

    @Override
    public Optional<String> missing(ProxyCase of) {
        return Optional.empty();
    }

    @Override
    public ProxyProcess start(Plan plan) throws IOException {
        int port = ProxyProcess.freePort();
        Path pauses = plan.folder().resolve("gc.log");
        Path document =
                Files.writeString(
                        plan.folder().resolve("gateway.json"), GatewayDocument.of(plan, port));
        List<String> flags = new ArrayList<>(GatewayJvm.options());
        flags.add("-Xlog:gc:file=" + pauses);
        return ProxyProcess.start(
                Executable.command(flags, GatewayDocument.arguments(plan, document)),
                port,
                plan.folder(),
                Optional.of(pauses));
    }
}
