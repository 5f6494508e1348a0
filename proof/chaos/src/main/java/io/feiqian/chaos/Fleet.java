package io.feiqian.chaos;

import io.feiqian.configuration.ConfigurationCentre;
import io.feiqian.configuration.InMemoryHistory;
import io.feiqian.configuration.Seal;
import io.feiqian.configuration.Target;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.security.ChangeOrder;
import io.feiqian.security.FileAuditTrail;
import io.feiqian.security.Operator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Services of one's own with their registry, their operators and those who call them: each with a
 * connection to the registry of its own, as processes have.
 */
final class Fleet implements AutoCloseable {
    static final List<String> SERVICES = List.of("fleet-a", "fleet-b");

    private static final int PROVIDERS = 3;
    private static final int CALLERS = 2;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final ChangeOrder ORDER =
            new ChangeOrder(new Operator("chaos"), "a run of chaos");

    private final FleetRegistry registry;
    private final FleetCrowd crowd;
    private final FleetMember operator;
    private final ConfigurationCentre centre;
    private final List<FleetProvider> providers = new ArrayList<>();
    private final List<FleetCaller> callers = new ArrayList<>();
    private final Clock clock;
    private final Timer timer;
    private volatile int version;

    Fleet(Path folder, Clock clock, Timer timer) throws IOException, InterruptedException {
        this.clock = clock;
        this.timer = timer;
        Path members = Files.createDirectories(folder.resolve("members"));
        this.registry = new FleetRegistry(folder.resolve("registry"));
        this.crowd = new FleetCrowd(registry.port(), members);
        this.operator = new FleetMember("operator", registry.port(), members);
        this.centre =
                new ConfigurationCentre(
                        List.of(FleetPolicies.type()),
                        new InMemoryHistory(
                                FileAuditTrail.open(folder.resolve("audit.jsonl"), clock)),
                        operator.registry(),
                        Seal.NONE,
                        clock);
        for (String service : SERVICES) {
            for (int i = 1; i <= PROVIDERS; i++) {
                FleetMember member = new FleetMember(service + "-" + i, registry.port(), members);
                providers.add(new FleetProvider(member, service, members, timer));
            }
        }
        for (int i = 1; i <= CALLERS; i++) {
            FleetMember member = new FleetMember("caller-" + i, registry.port(), members);
            callers.add(new FleetCaller(member, i, SERVICES, timer));
        }
        publish();
        crowd.begin();
        awaitCrowd(Duration.ofMinutes(2));
    }

    FleetRegistry registry() {
        return registry;
    }

    FleetMember operator() {
        return operator;
    }

    List<FleetProvider> providers() {
        return providers;
    }

    List<FleetCaller> callers() {
        return callers;
    }

    /** Everybody who provides or calls. */
    List<FleetMember> members() {
        return Stream.concat(
                        providers.stream().map(FleetProvider::member),
                        callers.stream().map(FleetCaller::member))
                .toList();
    }

    /** The version of the policies that all are to go by. */
    int version() {
        return version;
    }

    /** Publishes the next version of the policies; whether the registry has it. */
    boolean publish() {
        int next = version + 1;
        var _ = centre.set(FleetPolicies.NAME, version, FleetPolicies.text(next), ORDER);
        boolean distributed =
                centre.publish(FleetPolicies.NAME, next, new Target.All(), version, ORDER)
                        .distributed();
        version = next;
        return distributed;
    }

    /** Sees to it that the registry has what is in force; whether it has. */
    boolean distribute() {
        return centre.distribute();
    }

    /** Those of whom the operators read another version than they go by, by name. */
    List<String> misreported() {
        return centre.show(FleetPolicies.NAME).instances().stream()
                .filter(said ->
                        providers.stream()
                                .filter(each -> each.member().name().equals(said.instance()))
                                .anyMatch(each -> each.inForce() != said.standing().version()))
                .map(said -> said.instance())
                .toList();
    }

    /** Two thousand leave, and come back. */
    void restartCrowd() {
        crowd.end();
        crowd.begin();
    }

    /** Waits until every caller sees all of the crowd; whether they do. */
    boolean awaitCrowd(Duration patience) throws InterruptedException {
        return await(
                patience,
                () ->
                        callers.stream()
                                .allMatch(each ->
                                        each.member()
                                                        .registry()
                                                        .instances(FleetCrowd.SERVICE)
                                                        .size()
                                                == FleetCrowd.SIZE));
    }

    boolean await(Duration patience, BooleanSupplier condition) throws InterruptedException {
        Deadline deadline = Deadline.after(patience, clock);
        while (!condition.getAsBoolean()) {
            if (deadline.isExpired()) {
                return false;
            }
            timer.pause(LOOK_AGAIN);
        }
        return true;
    }

    @Override
    public void close() {
        callers.forEach(FleetCaller::close);
        providers.forEach(FleetProvider::close);
        crowd.close();
        operator.close();
        registry.close();
    }
}
