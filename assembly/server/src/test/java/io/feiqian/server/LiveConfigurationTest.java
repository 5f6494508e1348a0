package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Logging;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What operators do with {@code feiqian configuration} to a running bank: real cells, databases and
 * registry. In this order, since the last one leaves nothing alive.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LiveConfigurationTest {
    private static final int BURST = 60;

    private final Timer timer = Timer.system("live-configuration-test");
    private final Level before = level();
    private SpanCollector collector;
    private BankInOneProcess bank;
    private Path home;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        home = folder;
        collector = SpanCollector.start();
        bank = BankInOneProcess.start(folder, RouteMap.evenly(2), 1, collector.address());
        bank.publish();
        until(() -> instances().size() == 3);
    }

    @AfterAll
    void stop() {
        bank.close();
        collector.close();
        timer.close();
        Logging.adjust(before, Map.of());
    }

    @Requirement("S.ms-3")
    @Order(1)
    @Test
    void aRunningSystemIsChangedByPublishingAndOnTrialOnlyTheChosenInstanceIs() throws Exception {
        assertThat(burst(0)).isEqualTo(BURST);
        assertThat(set(0, "{\"tracesPerSecond\": 1}").status()).isZero();
        assertThat(versionOf("gateway")).isZero();

        // On trial at another process first: the gateway goes on as before.
        CommandLineRun trial =
                configuration("publish", "telemetry", "1", "--instances", "cell-1-1");
        assertThat(trial.out()).contains("version 1 on trial for instances:cell-1-1");
        until(() -> versionOf("cell-1-1") == 1 && revisionOf("gateway") == 1);
        until(() -> versionOf("gateway") == 0 && versionOf("cell-2-1") == 0);
        long seen = burst(BURST);
        assertThat(seen).isEqualTo(2 * BURST);

        assertThat(configuration("publish", "telemetry", "1", "--label", "role=gateway").status())
                .isZero();
        until(() -> versionOf("gateway") == 1 && versionOf("cell-1-1") == 0);
        requests();
        assertThat(configuration("withdraw", "telemetry").status()).isZero();
        until(() -> versionOf("gateway") == 0);
        // Spans come in order: once all of the last burst are there, so are those before it.
        long end = burst(seen);
        assertThat(end - seen).isBetween((long) BURST, BURST + BURST / 2L);
    }

    @Requirement("B6.4-b")
    @Order(2)
    @Test
    void logLevelsFollowTheDocumentAndItsHistorySaysWhoWhyAndWhat() {
        assertThat(isDebugged()).isFalse();
        long base = newest();
        assertThat(set(base, "{\"logLevels\": {\"feiqian.probe\": \"DEBUG\"}}").status()).isZero();
        publish(base + 1, "--operator", "anna", "--reason", "a slow payment");
        until(LiveConfigurationTest::isDebugged);
        assertThat(configuration("history", "telemetry").out())
                .containsPattern(
                        "rollout \\d+: version \\d+ for all, 20\\S+ by anna: a slow payment");
        assertThat(configuration("diff", "telemetry", "0", Long.toString(base + 1)).out())
                .contains("logLevels.feiqian.probe: (nothing) -> \"DEBUG\"");
        assertThat(configuration("show", "telemetry", "--schema").out())
                .contains("\"tracesPerSecond\"");
        assertThat(bank.texts(1, "select action || ' ' || reason from change_record"))
                .contains("configuration.publish a slow payment");
        until(() -> configuration("list").status() == 0);

        CommandLineRun wrong = set(base + 1, "{\"tracesPerSecond\": -1}");
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.err()).contains("tracesPerSecond: -1 (expected: 0 to 1000000)");
        CommandLineRun late = set(base, "{}");
        assertThat(late.status()).isEqualTo(1);
        assertThat(late.err()).contains("CONFIGURATION_CHANGED (2191)");

        assertThat(set(base + 1, "{}").status()).isZero();
        publish(base + 2);
        until(() -> !isDebugged());
        CommandLineRun back = configuration("rollback", "telemetry", Long.toString(base + 1));
        assertThat(back.out()).contains("version " + (base + 3) + " for all");
        until(LiveConfigurationTest::isDebugged);
    }

    @Requirement({"P6.2.3-c", "P6.2.3-h", "B6.4-c.2", "S.ms-2"})
    @Order(2)
    @Test
    void policiesOfCallsAreInForceAtEveryCellFromTheirPublishingToTheNext() throws Exception {
        Slot slot = new Slot(7_777);
        assertThat(bank.openCustomer(slot).isAccepted()).isTrue();
        Path wrong =
                Files.writeString(
                        home.resolve("policies.json"),
                        "{\"version\": 1, \"policies\": [{\"id\": 7}]}");
        assertThat(governance("set", "--file", wrong.toString(), "--base", "0").err())
                .contains("INVALID_CONFIGURATION (1091)", "policies[0]");
        Path closed =
                Files.writeString(
                        home.resolve("policies.json"),
                        """
                        {"version": 1, "policies": [{
                          "id": "no-new-customers", "version": 1, "side": "provider",
                          "applies": {"service": "feiqian.bank.Bank", "method": "OpenCustomer"},
                          "rate": {"perSecond": 0.001, "burst": 1}}]}
                        """);
        assertThat(governance("set", "--file", closed.toString(), "--base", "0").status()).isZero();
        assertThat(governance("publish", "1").status()).isZero();
        until(() -> bank.openCustomer(slot).outcome().code() == OutcomeCode.RATE_LIMITED);
        assertThat(bank.openCustomer(slot).outcome().message()).contains("no-new-customers");

        Path none = Files.writeString(home.resolve("policies.json"), "{}");
        assertThat(governance("set", "--file", none.toString(), "--base", "1").status()).isZero();
        assertThat(governance("publish", "2").status()).isZero();
        until(() -> bank.openCustomer(slot).isAccepted());
    }

    @Requirement({"P6.2.3-c", "P6.2.2.5-h"})
    @Order(3)
    @Test
    void policiesOfTheGatewayAreInForceThereAndReportedByIt() {
        Slot slot = new Slot(7_777);
        policies(
                """
                {"id": "closed-at-the-door", "version": 1, "side": "gateway",
                 "applies": {"service": "feiqian.bank.Bank", "method": "OpenCustomer"},
                 "rate": {"perSecond": 0.001}}
                """);
        until(() -> bank.openCustomer(slot).outcome().code() == OutcomeCode.RATE_LIMITED);
        assertThat(bank.openCustomer(slot).outcome().message())
                .contains("policy closed-at-the-door v1");
        long version = newest("governance");
        until(() -> numberOf("governance", "gateway", "version") == version);
        assertThat(bank.get("/v1/accounts/0017000000000000").outcome().code())
                .as("of what the policy is not for")
                .isNotEqualTo(OutcomeCode.RATE_LIMITED);
        policies("");
        until(() -> bank.openCustomer(slot).isAccepted());
    }

    @Requirement({"P6.2.3-c", "P6.2.2.5-h"})
    @Order(3)
    @Test
    void aQuotaIsLentToEveryCellAndUsedOnWhileItsLenderIsGone() throws Exception {
        Slot one = new Slot(1_111);
        Slot two = new Slot(7_777);
        policies(
                """
                {"id": "openings", "version": 1, "side": "provider",
                 "applies": {"service": "feiqian.bank.Bank", "method": "OpenCustomer"},
                 "quota": {"name": "openings", "perSecond": 1000, "withoutLease": 0, "lease": "1s"}}
                """);
        until(() -> bank.openCustomer(one).outcome().code() == OutcomeCode.QUOTA_USED);
        until(() -> bank.openCustomer(one).isAccepted());
        until(() -> bank.openCustomer(two).isAccepted());

        // The first to have started lends.
        bank.stopCell(1);
        for (int i = 0; i < 30; i++) {
            assertThat(bank.openCustomer(two).isAccepted()).isTrue();
            timer.pause(Duration.ofMillis(100));
        }
        bank.startCell(1);
        until(() -> bank.openCustomer(one).outcome().code() == OutcomeCode.QUOTA_USED);
        until(() -> bank.openCustomer(one).isAccepted());
        policies("");
    }

    /** Publishes these policies for all. */
    private void policies(String all) {
        long base = newest("governance");
        CommandLineRun set;
        try {
            Path file =
                    Files.writeString(
                            home.resolve("policies.json"),
                            all.isEmpty()
                                    ? "{}"
                                    : "{\"version\": %d, \"policies\": [%s]}"
                                            .formatted(base + 1, all));
            set = governance("set", "--file", file.toString(), "--base", Long.toString(base));
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
        assertThat(set.status()).as("%s", set).isZero();
        assertThat(governance("publish", Long.toString(base + 1)).status()).isZero();
    }

    private CommandLineRun governance(String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, "governance"));
        all.addAll(List.of(arguments));
        return configuration(all.toArray(String[]::new));
    }

    @Requirement("S.ms-3")
    @Order(3)
    @Test
    void theConsoleShowsAndChangesTheSame() {
        long base = newest();
        try (ConsoleStaff staff = new ConsoleStaff(bank.startConsole(), bank.firstPassword())) {
            staff.add("olga", "OPERATOR", "all");
            HttpResponse<String> written =
                    staff.send(
                            "olga",
                            "/configuration/set",
                            Map.of(
                                    "name",
                                    "telemetry",
                                    "base",
                                    Long.toString(base),
                                    "content",
                                    "{\"logLevels\": {\"feiqian.<probe>\": \"DEBUG\"}}"));
            assertThat(written.statusCode()).as("%s", written.body()).isEqualTo(303);
            long seen = document().path("rollout").path("revision").asLong();
            Map<String, String> trial =
                    Map.of(
                            "name",
                            "telemetry",
                            "version",
                            Long.toString(base + 1),
                            "target",
                            "label:cell=cell-2",
                            "revision",
                            Long.toString(seen));
            assertThat(staff.send("olga", "/configuration/publish", trial).statusCode())
                    .isEqualTo(303);
            until(() -> versionOf("cell-2-1") == base + 1);
            // A report that changes is gone for a moment.
            until(() -> versionOf("cell-1-1") == base);
            String page = staff.visitor("olga").get("/configuration?name=telemetry").body();
            assertThat(page)
                    .contains("Version " + (base + 1) + " on trial for label:cell=cell-2")
                    .contains("logLevels.feiqian.&lt;probe&gt;", "cell-2-1")
                    .doesNotContain("<probe>");
            assertThat(staff.send("olga", "/configuration/publish", trial).statusCode())
                    .as("of somebody who saw what is no more")
                    .isEqualTo(409);

            ApiCaller robot = staff.caller("olga");
            assertThat(
                            robot.get("/configuration")
                                    .body()
                                    .path("documents")
                                    .path(3)
                                    .path("rollout")
                                    .path("gray_version")
                                    .asLong())
                    .isEqualTo(base + 1);
            assertThat(
                            robot.post(
                                            "/configuration/withdraw",
                                            "{\"name\": \"telemetry\", \"reason\": \"enough\", \"revision\": "
                                                    + (seen + 1)
                                                    + "}")
                                    .status())
                    .isEqualTo(200);
            until(() -> versionOf("cell-2-1") == base);
        }
        assertThat(bank.texts(1, "select operator || ' ' || action from change_record"))
                .contains("olga configuration.publish", "olga configuration.withdraw");
    }

    @Requirement("S.ms-3")
    @Order(4)
    @Test
    void withRegistryAndHistoryDeadWhatIsInForceStaysSoAlsoAfterARestart() throws Exception {
        until(() -> versionOf("cell-2-1") >= 0);
        long inForce = versionOf("cell-2-1");
        long newest = newest();
        bank.killDatabase(1);
        CommandLineRun refused = set(newest, "{}");
        assertThat(refused.status()).isIn(1, 5);
        bank.endRegistry();
        bank.stopCell(2);
        // What a new process would have.
        Logging.adjust(Level.WARN, Map.of());
        Files.delete(home.resolve("cells/cell-2/cell-2-1-registry-snapshot"));
        assertThat(isDebugged()).isFalse();
        bank.startCell(2);
        assertThat(isDebugged()).isTrue();
        assertThat(
                        Files.readString(
                                home.resolve("cells/cell-2/cell-2-1-configuration/telemetry.json")))
                .contains("\"version\" : " + inForce);
        assertThat(bank.openCustomer(new Slot(7_777)).isAccepted()).isTrue();
    }

    /** Requests that begin a trace each at the gateway; how many traces were seen in all. */
    private long burst(long before) throws InterruptedException {
        requests();
        return collector.awaitTraces("gateway", before + BURST, Duration.ofSeconds(20));
    }

    private void requests() {
        for (int i = 0; i < BURST; i++) {
            var _ = bank.get("/v1/accounts/0017000000000000");
        }
    }

    private static boolean isDebugged() {
        return LoggerFactory.getLogger("feiqian.probe.x").isDebugEnabled();
    }

    private static Level level() {
        return LoggerFactory.getLogger("ROOT").isInfoEnabled() ? Level.INFO : Level.WARN;
    }

    private List<JsonNode> instances() {
        return instances("telemetry");
    }

    private List<JsonNode> instances(String document) {
        List<JsonNode> all = new ArrayList<>();
        document(document).path("instances").forEach(all::add);
        return all;
    }

    private long newest() {
        return newest("telemetry");
    }

    private long newest(String document) {
        return bank
                .texts(
                        1,
                        "select coalesce(max(version), 0)::text from configuration_version"
                                + " where document = '"
                                + document
                                + "'")
                .stream()
                .mapToLong(Long::parseLong)
                .sum();
    }

    private JsonNode document() {
        return document("telemetry");
    }

    private JsonNode document(String name) {
        CommandLineRun listed = configuration("list", "--json");
        for (JsonNode each : listed.json()) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError(name + ": " + listed);
    }

    private long versionOf(String instance) {
        return numberOf(instance, "version");
    }

    private long revisionOf(String instance) {
        return numberOf(instance, "revision");
    }

    private long numberOf(String instance, String field) {
        return numberOf("telemetry", instance, field);
    }

    private long numberOf(String document, String instance, String field) {
        return instances(document).stream()
                .filter(each -> each.path("instance").asText().equals(instance))
                .mapToLong(each -> each.path(field).asLong())
                .findFirst()
                .orElse(-1);
    }

    private CommandLineRun set(long base, String content) {
        try {
            Path file = Files.writeString(home.resolve("new.json"), content);
            return configuration(
                    "set", "telemetry", "--file", file.toString(), "--base", Long.toString(base));
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private void publish(long version, String... more) {
        List<String> all = new ArrayList<>(List.of("publish", "telemetry", "" + version));
        all.addAll(List.of(more));
        CommandLineRun ended = configuration(all.toArray(String[]::new));
        assertThat(ended.status()).as(ended.toString()).isZero();
    }

    private CommandLineRun configuration(String... command) {
        return CommandLineRun.ofGroup(home, "configuration", command);
    }

    private void until(BooleanSupplier condition) {
        Patience.until(timer, condition, () -> configuration("list"));
    }
}
