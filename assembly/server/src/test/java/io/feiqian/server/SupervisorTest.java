package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.bank.contract.DrainRecord;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.Endpoints;
import io.feiqian.cli.Fleet;
import io.feiqian.cli.FleetClient;
import io.feiqian.cli.HomeFolder;
import io.feiqian.cli.InstanceView;
import io.feiqian.cli.ProcessEntry;
import io.feiqian.cli.ProcessEntry.Role;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How two cells with two instances each are deployed; with real processes that do nothing. */
@Timeout(60)
class SupervisorTest {
    private static final String BROKEN = "broken";

    @TempDir private Path folder;
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<String> reports = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> back = new CompletableFuture<>();
    private HomeFolder home;
    private Supervisor supervisor;

    @BeforeEach
    void prepare() {
        home = HomeFolder.prepare(folder);
        supervisor = supervisor("kept-database");
    }

    private Supervisor supervisor(String observatoryDatabase) {
        return new Supervisor(
                home,
                new SystemUnits(
                        new Idle("registry", Role.REGISTRY, ""),
                        List.of(cell(1), cell(2)),
                        new Idle("gateway", Role.GATEWAY, ""),
                        new Idle("console", Role.CONSOLE, ""),
                        Optional.of(
                                new SystemUnits.ObservatoryUnits(
                                        new Idle(observatoryDatabase, Role.DATABASE, ""),
                                        new Idle("observatory", Role.OBSERVATORY, "")))),
                this::report,
                Clock.system());
    }

    @Test
    void anObservatoryThatCannotStartDoesNotKeepTheBankFromStarting() throws Exception {
        supervisor = supervisor(BROKEN);
        supervisor.start();
        try {
            assertThat(events).contains("start gateway", "start cell-2-2");
            assertThat(reports).anyMatch(it -> it.startsWith("ALARM no traces and logs are kept"));
        } finally {
            supervisor.stop();
        }
    }

    @Requirement("D5.3-c")
    @Test
    void everyCellGetsItsDatabaseAndThenItsInstances() throws Exception {
        supervisor.start();
        try {
            assertThat(events)
                    .containsExactlyInAnyOrder(
                            "start registry",
                            "start gateway",
                            "start console",
                            "start kept-database",
                            "start observatory",
                            "start cell-1-database",
                            "start cell-1-1",
                            "start cell-1-2",
                            "start cell-2-database",
                            "start cell-2-1",
                            "start cell-2-2")
                    .containsSubsequence("start cell-1-database", "start cell-1-1")
                    .containsSubsequence("start cell-1-database", "start cell-1-2")
                    .containsSubsequence("start cell-2-database", "start cell-2-1");
            assertThat(running().values()).allMatch(ProcessEntry::isAlive).hasSize(12);
        } finally {
            supervisor.stop();
        }
    }

    @Requirement("D5.3-c")
    @Test
    void anInstanceThatIsKilledComesBackAndNothingElseIsTouched() throws Exception {
        supervisor.start();
        try {
            Map<String, ProcessEntry> before = running();
            ProcessHandle.of(entry(before, "cell-2-1").pid()).orElseThrow().destroyForcibly();

            assertThat(back.get(20, TimeUnit.SECONDS)).startsWith("cell-2-1 is back");

            Map<String, ProcessEntry> after = running();
            assertThat(entry(after, "cell-2-1").isAlive()).isTrue();
            assertThat(entry(after, "cell-2-1").starts()).isEqualTo(2);
            before.remove("cell-2-1");
            assertThat(after).containsAllEntriesOf(before);
        } finally {
            supervisor.stop();
        }
    }

    @Requirement("D5.3-c")
    @Test
    void stoppingEndsWhatIsCalledAfterWhoCallsIt() throws Exception {
        supervisor.start();
        List<ProcessEntry> before =
                running().values().stream().filter(each -> each.role() != Role.SUPERVISOR).toList();
        events.clear();

        supervisor.stop();

        assertThat(
                        events.stream()
                                .map(event ->
                                        event.replaceAll("-?[12]", "").replace("kept", "cell")))
                .containsExactly(
                        "stop console",
                        "stop gateway",
                        "stop cell",
                        "stop cell",
                        "stop cell",
                        "stop cell",
                        "stop observatory",
                        "stop cell-database",
                        "stop cell-database",
                        "stop cell-database",
                        "stop registry");
        assertThat(before).noneMatch(ProcessEntry::isAlive);
        assertThat(home.processes()).isEmpty();
    }

    @Requirement("D5.3-c")
    @Test
    void whatAnOperatorStopsIsNotHealedAndComesBackOnceItIsStarted() throws Exception {
        supervisor.start();
        try (SupervisorEndpoint orders = SupervisorEndpoint.open(home, Clock.system());
                FleetClient client = operator(orders.address())) {
            orders.serves(supervisor);
            ProcessEntry before = entry(running(), "cell-2-1");
            assertThat(client.look().supervisor()).isEqualTo(Fleet.Supervisor.ANSWERS);

            assertThat(client.stop(instance(client), Duration.ofSeconds(20))).isTrue();

            assertThat(before.isAlive()).isFalse();
            assertThat(instance(client).state()).isEqualTo(InstanceView.State.STOPPED);
            assertThat(instance(client).by().orElseThrow())
                    .extracting(DrainRecord::getOperator, DrainRecord::getReason)
                    .containsExactly("anna", "a new disk");
            assertThat(client.stop(instance(client), Duration.ofSeconds(20))).isFalse();
            assertThat(reports).noneMatch(it -> it.startsWith("ALARM"));
            assertThat(events).containsOnlyOnce("start cell-2-1");
            assertThat(entry(running(), "cell-2-2").isAlive()).isTrue();

            assertThat(client.start(instance(client), Duration.ofSeconds(20))).isTrue();

            ProcessEntry after = entry(running(), "cell-2-1");
            assertThat(after.isAlive()).isTrue();
            assertThat(after.pid()).isNotEqualTo(before.pid());
            assertThat(client.start(instance(client), Duration.ofSeconds(20))).isFalse();
            ProcessHandle.of(after.pid()).orElseThrow().destroyForcibly();
            assertThat(back.get(20, TimeUnit.SECONDS)).startsWith("cell-2-1 is back");
            assertThat(Files.readString(home.run().resolve("supervisor-audit.jsonl")))
                    .contains("process.stop", "process.start", "cell-2-1", "a new disk");
        } finally {
            supervisor.stop();
        }
        assertThat(home.processes()).isEmpty();
    }

    @Test
    void theSupervisorTakesOrdersFromThoseWithTheTokenAboutInstancesOnly() throws Exception {
        supervisor.start();
        try (SupervisorEndpoint orders = SupervisorEndpoint.open(home, Clock.system())) {
            orders.serves(supervisor);
            try (FleetClient stranger = client(orders.address(), "guess")) {
                assertThat(stranger.look().supervisor()).isEqualTo(Fleet.Supervisor.SILENT);
                assertThatThrownBy(() -> stranger.start(named("cell-1-1"), Duration.ZERO))
                        .isInstanceOf(RefusedException.class)
                        .hasMessageContaining("authorization");
            }
            try (FleetClient client = operator(orders.address())) {
                assertThatThrownBy(() -> client.start(named("gateway"), Duration.ZERO))
                        .hasMessageContaining("name: gateway (expected: an instance of a cell");
            }
            assertThat(running().values()).allMatch(ProcessEntry::isAlive).hasSize(12);
        } finally {
            supervisor.stop();
        }
    }

    private FleetClient operator(String supervisorAddress) {
        return client(supervisorAddress, home.adminToken());
    }

    /** Nobody answers where the instances would be: these do nothing. */
    private static FleetClient client(String supervisorAddress, String token) {
        return new FleetClient(
                List.of(new Endpoints.Cell("cell-2", "", List.of("cell-2-1.invalid:1"))),
                supervisorAddress,
                new BankClient.Operator(token, "anna", "a new disk"),
                Duration.ofSeconds(5));
    }

    private static InstanceView instance(FleetClient client) {
        return client.look().named("cell-2-1").getFirst();
    }

    private static InstanceView named(String name) {
        return new InstanceView(
                "cell-1",
                name,
                "cell",
                "127.0.0.1:1",
                InstanceView.State.SILENT,
                0,
                Optional.empty(),
                0,
                0,
                0,
                InstanceView.Registered.NOT_KNOWN,
                "");
    }

    private void report(String line) {
        reports.add(line);
        if (line.contains(" is back ")) {
            back.complete(line);
        }
    }

    private SystemUnits.CellUnits cell(int number) {
        String name = SystemPlan.cellName(number);
        return new SystemUnits.CellUnits(
                new Idle(name + "-database", Role.DATABASE, name),
                List.of(
                        new Idle(SystemPlan.instanceName(number, 1), Role.CELL, name),
                        new Idle(SystemPlan.instanceName(number, 2), Role.CELL, name)));
    }

    private Map<String, ProcessEntry> running() {
        return home.processes().stream()
                .collect(Collectors.toMap(ProcessEntry::name, Function.identity()));
    }

    private static ProcessEntry entry(Map<String, ProcessEntry> entries, String name) {
        ProcessEntry found = entries.get(name);
        if (found == null) {
            throw new AssertionError("no process " + name + " in " + entries);
        }
        return found;
    }

    /** A process that is ready at once and does nothing until it is ended. */
    private final class Idle implements Unit {
        private final String name;
        private final Role role;
        private final String cell;

        Idle(String name, Role role, String cell) {
            this.name = name;
            this.role = role;
            this.cell = cell;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Role role() {
            return role;
        }

        @Override
        public String cell() {
            return cell;
        }

        @Override
        public String address() {
            return name + ".invalid:1";
        }

        @Override
        public Running start() throws IOException {
            if (name.equals(BROKEN)) {
                throw new IOException("it does not start");
            }
            Process process = new ProcessBuilder("sleep", "600").start();
            events.add("start " + name);
            return new Running() {
                @Override
                public ProcessHandle handle() {
                    return process.toHandle();
                }

                @Override
                public void stop() throws InterruptedException {
                    events.add("stop " + name);
                    process.destroy();
                    process.waitFor();
                }
            };
        }
    }
}
