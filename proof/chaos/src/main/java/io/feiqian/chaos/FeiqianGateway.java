package io.feiqian.chaos;

import io.feiqian.cli.Executable;
import io.feiqian.cli.Signal;
import io.feiqian.configuration.ConfigurationCentre;
import io.feiqian.configuration.InMemoryHistory;
import io.feiqian.configuration.Seal;
import io.feiqian.configuration.Target;
import io.feiqian.proxy.GatewayJvm;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.registry.spi.Registry;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Clock;
import io.feiqian.security.ChangeOrder;
import io.feiqian.security.FileAuditTrail;
import io.feiqian.security.Operator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Our own gateway, with a registry from which it has its document. Thread-safe. */
final class FeiqianGateway implements TriedGateway {
    private static final String IN_REGISTRY = "doc." + GatewayDocuments.NAME;
    private static final String NONSENSE = "{\"revision\": \"a broken document\"";
    private static final ChangeOrder ORDER =
            new ChangeOrder(new Operator("chaos"), "a run of chaos");

    private final Path folder;
    private final GatewayPorts ports;
    private final GatewayDocuments documents;
    private final Path file;
    private final FleetRegistry registry;
    private final FleetMember operator;
    private final ConfigurationCentre centre;
    private Optional<Process> process = Optional.empty();
    private int version;
    private int starts;

    FeiqianGateway(Path folder, GatewayPorts ports, List<WayInBackend> backends, Clock clock)
            throws IOException {
        this.folder = Files.createDirectories(folder);
        this.ports = ports;
        this.documents = new GatewayDocuments(ports, backends, accessLog().toString());
        this.registry = new FleetRegistry(folder.resolve("registry"));
        this.operator =
                new FleetMember(
                        "operator",
                        registry.port(),
                        Files.createDirectories(folder.resolve("operator")));
        this.centre =
                new ConfigurationCentre(
                        List.of(ProxyConfig.type()),
                        new InMemoryHistory(
                                FileAuditTrail.open(folder.resolve("audit.jsonl"), clock)),
                        operator.registry(),
                        Seal.NONE,
                        clock);
        Files.writeString(folder.resolve("route-map.json"), RouteMap.evenly(1).toJson());
        this.file = folder.resolve("gateway.yaml");
        Files.writeString(file, told());
    }

    private String told() {
        return """
        name: gateway
        registry: "127.0.0.1:%d"
        snapshotFile: "%s"
        firstRouteMapFile: "%s"
        folder: "%s"
        secretsFolder: "%s"
        proxy:
        %s\
        """
                .formatted(
                        registry.port(),
                        folder.resolve("registry-snapshot"),
                        folder.resolve("route-map.json"),
                        folder,
                        folder.resolve("secrets"),
                        documents.text(0).indent(2));
    }

    @Override
    public GatewayPorts ports() {
        return ports;
    }

    @Override
    public synchronized void start() throws IOException {
        starts++;
        process =
                Optional.of(
                        new ProcessBuilder(
                                        Executable.command(
                                                flags(),
                                                List.of("gateway", "--config", file.toString())))
                                .directory(folder.toFile())
                                .redirectErrorStream(true)
                                .redirectOutput(
                                        ProcessBuilder.Redirect.appendTo(
                                                folder.resolve("gateway.log").toFile()))
                                .start());
    }

    private List<String> flags() {
        List<String> flags = new ArrayList<>(GatewayJvm.options());
        flags.add("-Xlog:gc:file=" + folder.resolve("gc-%d.log".formatted(starts)));
        return flags;
    }

    @Override
    public synchronized void kill() {
        process.ifPresent(each -> each.destroyForcibly().onExit().join());
    }

    @Override
    public synchronized boolean stop(Duration patience) throws InterruptedException, IOException {
        Signal.TERM.send(pid());
        return process.isEmpty()
                || process.get().waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized boolean isAlive() {
        return process.filter(Process::isAlive).isPresent();
    }

    @Override
    public synchronized long pid() {
        return process.map(Process::pid).orElse(0L);
    }

    @Override
    public Path accessLog() {
        return folder.resolve("access.log");
    }

    @Override
    public synchronized int publish() {
        publish(documents.text(version + 1));
        return version;
    }

    private void publish(String text) {
        int next = version + 1;
        var _ = centre.set(GatewayDocuments.NAME, version, text, ORDER);
        var _ = centre.publish(GatewayDocuments.NAME, next, new Target.All(), version, ORDER);
        version = next;
    }

    @Override
    public void publishNonsense() {
        Registry there = operator.registry();
        long before = there.fetch(IN_REGISTRY).join().map(each -> each.version()).orElse(0L);
        var _ = there.publish(IN_REGISTRY, before, NONSENSE).join();
    }

    @Override
    public synchronized void publishUnusable() {
        publish(documents.unusable(version + 1));
    }

    @Override
    public boolean distribute() {
        return centre.distribute();
    }

    @Override
    public void endRegistry() {
        registry.end();
    }

    @Override
    public void beginRegistry() {
        registry.begin();
    }

    @Override
    public void close() {
        kill();
        operator.close();
        registry.close();
    }

    /** What it wrote of its collector's pauses, of all its processes. */
    static List<String> pauses(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(each -> each.getFileName().toString().startsWith("gc-"))
                    .flatMap(FeiqianGateway::lines)
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
