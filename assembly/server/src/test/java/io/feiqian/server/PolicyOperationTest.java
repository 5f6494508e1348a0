package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.cli.Json;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

/**
 * What operators do with {@code feiqian services} and {@code feiqian policy} to a running bank. In
 * this order, since the last one stops a cell.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PolicyOperationTest {
    private static final Slot FIRST = new Slot(17);
    private static final Slot SECOND = new Slot(7_777);

    private static final String CLOSED =
            """
            {"version": 1, "policies": [{
              "id": "no-new-customers", "version": 1, "side": "provider",
              "applies": {"service": "feiqian.bank.Bank", "method": "OpenCustomer"},
              "rate": {"perSecond": 0.001, "burst": 1}}]}
            """;

    private final Timer timer = Timer.system("policy-operation-test");
    private BankInOneProcess bank;
    private Path home;

    @BeforeAll
    void start(@TempDir Path folder) {
        home = folder;
        bank = BankInOneProcess.start(folder, RouteMap.evenly(2), 1, "");
        bank.publish();
        until(() -> services().path("services").size() == 2);
    }

    @AfterAll
    void stop() {
        bank.close();
        timer.close();
    }

    @Requirement({"P6.2.2.4-a", "P6.2.2.4-b"})
    @Order(1)
    @Test
    void servicesAreListedWithInstancesAndSubscribersAndNobodyBecomesOneByLooking() {
        until(() -> service("cell").path("subscribers").size() == 3);
        assertThat(texts(service("cell").path("subscribers")))
                .containsExactly("cell-1-1", "cell-2-1", "gateway");
        JsonNode first = service("cell").path("instances").path(0);
        assertThat(first.path("instance").asText()).isEqualTo("cell-1-1");
        assertThat(first.path("state").asText()).isEqualTo("REGISTERED");
        assertThat(first.path("labels").path("version").asText()).isNotEmpty();
        // Nobody calls gateways by the registry, so nobody watches them: looking is not watching.
        assertThat(service("gateway").path("instances")).hasSize(1);
        assertThat(service("gateway").path("subscribers_known").asBoolean()).isTrue();
        assertThat(service("gateway").path("subscribers")).isEmpty();

        CommandLineRun text = run("services");
        assertThat(text.status()).as(text.toString()).isZero();
        assertThat(text.out())
                .contains("cell: watched by cell-1-1, cell-2-1, gateway", "gateway: nobody watches")
                .contains("calls of the last 60 seconds", "feiqian.bank.ServiceAdmin/ShowServed");
    }

    @Order(2)
    @Test
    void aDryRunSaysWhatARuleWouldHaveRefusedAndChangesNothing() {
        for (int i = 0; i < 5; i++) {
            assertThat(bank.openCustomer(FIRST).isAccepted()).isTrue();
        }
        assertThat(bank.openCustomer(SECOND).isAccepted()).isTrue();
        CommandLineRun tried = run("policy", "dry-run", "--file", file(CLOSED));

        assertThat(tried.status()).as(tried.toString()).isEqualTo(1);
        assertThat(tried.out())
                .contains("of 2 instances", "this document would not serve 4")
                .contains("4 calls feiqian.bank.Bank/OpenCustomer")
                .contains("would be refused by no-new-customers v1")
                .contains("no-new-customers v1 (RATE): would admit 2, refuse 4");
        JsonNode json = json("policy", "dry-run", "--file", file(CLOSED), "--json");
        assertThat(json.path("newly_refused").asLong()).isEqualTo(4);
        assertThat(json.path("changes").path(0).path("policy").asText())
                .isEqualTo("no-new-customers v1");
        assertThat(bank.openCustomer(FIRST).isAccepted()).as("nothing is in force").isTrue();

        CommandLineRun wrong = run("policy", "dry-run", "--file", file("{\"version\": -1}"));
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.err()).contains("version");
        assertThat(run("policy", "dry-run", "--file", file("{}")).status()).isZero();
    }

    @Requirement({"B6.4-b", "P6.2.3-c"})
    @Order(3)
    @Test
    void policiesAreWrittenPutIntoForceComparedAndTakenBackAndEachInstanceSaysWhatItDoes() {
        assertThat(run("policy", "list").out()).contains("nothing published");
        assertThat(run("policy", "set", "--file", file(CLOSED), "--base", "0").status()).isZero();
        assertThat(run("policy", "get").out()).contains("no-new-customers");
        assertThat(run("policy", "diff", "0", "1").out()).contains("policies");
        CommandLineRun published =
                run("policy", "publish", "1", "--operator", "anna", "--reason", "a run");
        assertThat(published.status()).as(published.toString()).isZero();
        until(() -> standing("cell-1-1").path("document_version").asInt() == 1);
        until(() -> standing("cell-2-1").path("document_version").asInt() == 1);
        until(() -> bank.openCustomer(FIRST).outcome().code() == OutcomeCode.RATE_LIMITED);
        assertThat(run("policy", "list").out())
                .contains("version 1 for all", "by anna: a run")
                .contains(
                        "no-new-customers v1: RATE at provider, service feiqian.bank.Bank, method"
                                + " OpenCustomer");

        until(() -> run("policy", "status").status() == 0);
        JsonNode policy = standing("cell-1-1").path("policies").path(0);
        assertThat(policy.path("refused").asLong()).isPositive();
        assertThat(policy.path("last_why").asText()).isNotEmpty();
        assertThat(standing("cell-2-1").path("policies").path(0).path("refused").asLong())
                .as("counts are of one process")
                .isZero();
        assertThat(run("policy", "status").out())
                .contains("cell-1-1: version 1; goes by document 1")
                .containsPattern(
                        "cell-1-1: v1, RATE, admitted 1, refused [1-9].*; the last because");
        // What was refused is counted as what the policy did, not as a failure of the service.
        assertThat(run("services").out())
                .containsPattern("OpenCustomer: [0-9.]+/s, 0 failed, [1-9][0-9]* by policies");

        // In force now: what it refuses, the empty document would serve.
        JsonNode without = json("policy", "dry-run", "--file", file("{}"), "--json");
        assertThat(without.path("newly_admitted").asLong()).isPositive();
        assertThat(without.path("newly_refused").asLong()).isZero();

        assertThat(run("policy", "set", "--file", file("{}"), "--base", "1").status()).isZero();
        assertThat(run("policy", "publish", "2").status()).isZero();
        until(() -> bank.openCustomer(FIRST).isAccepted());
        CommandLineRun back = run("policy", "rollback", "1");
        assertThat(back.out()).contains("version 3 for all");
        until(() -> bank.openCustomer(FIRST).outcome().code() == OutcomeCode.RATE_LIMITED);
        assertThat(run("policy", "history").out()).contains("again version 1");
        assertThat(run("policy", "dry-run", "--written", "2").out()).contains("only this one");
    }

    @Order(4)
    @Test
    void whoDoesNotAnswerIsNamedAndNothingIsSaidInItsPlace() throws Exception {
        until(() -> run("policy", "status").status() == 0);
        bank.stopCell(2);
        CommandLineRun status = run("policy", "status");
        assertThat(status.status()).as(status.toString()).isEqualTo(5);
        assertThat(status.out())
                .contains("DOES NOT ANSWER", "not known, it does not answer")
                .contains("cell-1-1: version 3; goes by document 1");
        CommandLineRun tried = run("policy", "dry-run", "--file", file("{}"));
        assertThat(tried.status()).isEqualTo(5);
        assertThat(tried.out()).contains("NOT TRIED, does not answer: cell-2");
        CommandLineRun services = run("services");
        assertThat(services.status()).isEqualTo(5);
        assertThat(services.out()).contains("cell-2 at", "does not answer");

        bank.endRegistry();
        assertThat(run("services").out())
                .contains("The registry does not answer; this is what is known from before")
                .contains("cell-1-1");
    }

    private JsonNode services() {
        return json("services", "--json");
    }

    private JsonNode service(String name) {
        for (JsonNode each : services().path("services")) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        return Json.MAPPER.createObjectNode();
    }

    private JsonNode standing(String instance) {
        for (JsonNode each : json("policy", "status", "--json").path("instances")) {
            if (each.path("instance").asText().equals(instance)) {
                return each;
            }
        }
        return Json.MAPPER.createObjectNode();
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).toList();
    }

    private CommandLineRun run(String... command) {
        return CommandLineRun.of(home, command);
    }

    private JsonNode json(String... command) {
        return run(command).json();
    }

    private String file(String content) {
        try {
            return Files.writeString(home.resolve("tried.json"), content).toString();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private void until(BooleanSupplier condition) {
        Patience.until(timer, condition, () -> run("policy", "status"));
    }
}
