package io.feiqian.governance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.feiqian.governance.spi.LoadSource;
import io.feiqian.vocabulary.OutcomeCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the page shows is taken as it stands, and does what the page says. */
final class GovernancePageTest {
    /** Surefire runs in the module's folder. */
    private static final Path PAGE = Path.of("../../docs/governance.md");

    private static final Path SNIPPETS =
            Path.of("src/test/java/io/feiqian/governance/GovernanceSnippets.java");

    /** Compiled where calls are known. */
    private static final Path OF_CALLS =
            Path.of("../rpc/src/test/java/io/feiqian/rpc/QuotaSnippets.java");

    private static final CallFacts SCORE = CallFacts.of("feiqian.scoring.Scoring", "Score");
    private static final CallFacts REVERSE = CallFacts.of(Bench.SERVICE, "Reverse");

    private final List<String> tried = new ArrayList<>();

    private Bench with(GovernanceSetup setup, String... ids) throws IOException {
        Bench bench = new Bench(setup);
        List<String> chosen = new ArrayList<>();
        for (String each : policies()) {
            JsonNode policy = new ObjectMapper().readTree(each);
            if (List.of(ids).contains(policy.get("id").textValue())) {
                chosen.add(each);
            }
        }
        assertThat(chosen).hasSize(ids.length);
        bench.publish(1, chosen.toArray(String[]::new));
        tried.addAll(List.of(ids));
        return bench;
    }

    private Bench provider(String... ids) throws IOException {
        return with(GovernanceSetup.at(Side.PROVIDER), ids);
    }

    private Bench caller(String... ids) throws IOException {
        return with(GovernanceSetup.at(Side.CALLER), ids);
    }

    @Test
    void everyPolicyOfThePageDoesWhatThePageSays() throws IOException {
        Bench rate = provider("one-caller");
        for (int i = 0; i < 10; i++) {
            assertThat(rate.passes(Bench.CALL.from("a"))).isTrue();
        }
        assertThat(rate.decide(Bench.CALL.from("a"))).isInstanceOf(Queued.class);
        assertThat(rate.passes(Bench.CALL.from("b"))).isTrue();

        Bench gate = provider("queries-at-a-time");
        CallFacts query = CallFacts.of("feiqian.bank.Queries", "Balance");
        for (int i = 0; i < 20; i++) {
            Bench.admitted(gate.decide(query));
        }
        assertThat(Bench.refused(gate.decide(query)).code())
                .isEqualTo(OutcomeCode.CONCURRENCY_LIMITED);

        Bench quota = caller("notices-quota");
        CallFacts notice = CallFacts.of("feiqian.notices.Notices", "Send");
        int sent = 0;
        for (int i = 0; i < 1_000; i++) {
            quota.clock.advance(Duration.ofMillis(1));
            sent += quota.passes(notice) ? 1 : 0;
        }
        assertThat(sent).isBetween(100, 110);

        Bench breaker = caller("scoring-breaker", "scoring-instead");
        for (int i = 0; i < 20; i++) {
            assertThat(breaker.run(SCORE, Duration.ZERO, OutcomeCode.UNKNOWN)).isTrue();
        }
        assertThat(((Decision.Degraded) breaker.decide(SCORE)).instead())
                .isEqualTo(new Fallback.Answer("{\"score\":\"not known\"}"));

        Bench access = provider("reversals-by-batch-only");
        assertThat(access.passes(REVERSE.from("batch"))).isTrue();
        assertThat(access.passes(REVERSE.from("gateway"))).isFalse();
        assertThat(access.passes(REVERSE.from("batch").ofTenant("closed"))).isFalse();
        assertThat(access.passes(Bench.CALL.from("gateway"))).isTrue();

        Bench schema = provider("transfer-schema");
        assertThat(schema.passes(Bench.CALL)).isFalse();
        assertThat(schema.passes(Bench.CALL.with(Map.of("payer", "1234567890123456")))).isTrue();

        Bench fault = provider("slow-test-calls");
        int slow = 0;
        for (int i = 0; i < 1_000; i++) {
            slow +=
                    fault.decide(Bench.CALL.labelled(Map.of("test", "yes"))) instanceof Queued
                            ? 1
                            : 0;
        }
        assertThat(slow).isBetween(150, 250);

        overload();
        route();
        label();
        for (String each : policies()) {
            assertThat(tried).contains(new ObjectMapper().readTree(each).get("id").textValue());
        }
    }

    private void overload() throws IOException {
        Bench busy =
                with(
                        GovernanceSetup.at(Side.PROVIDER).with((LoadSource) () -> 0.99),
                        "payments-first");
        for (int i = 0; i < 60; i++) {
            busy.clock.advance(Duration.ofMillis(100));
            busy.decide(Bench.CALL);
        }
        assertThat(busy.passes(Bench.CALL.at(Priority.LOW))).isFalse();
        assertThat(busy.passes(Bench.CALL.at(Priority.HIGH))).isTrue();
        assertThat(busy.passes(Bench.CALL.at(Priority.CRITICAL))).isTrue();
    }

    private void route() throws IOException {
        Bench route = caller("release-b");
        List<String> instances = List.of("payments-1", "payments-3", "payments-b");
        Map<String, List<String>> expected =
                Map.of(
                        "10000000000012", List.of("payments-b"),
                        "7", List.of("payments-1"));
        expected.forEach((customer, serving) ->
                assertThat(
                                route.governance
                                        .route(Bench.CALL.with(Map.of("customer", customer)), 0)
                                        .among(
                                                instances,
                                                (each, label) ->
                                                        label.equals("id")
                                                                ? each
                                                                : each.endsWith("-b") ? "b" : ""))
                        .isEqualTo(serving));
    }

    private void label() throws IOException {
        Bench edge = with(GovernanceSetup.at(Side.GATEWAY), "early-customers");
        assertThat(labels(edge, Map.of("payer_account", "0017000000000038")))
                .isEqualTo(Map.of("release", "b"));
        assertThat(labels(edge, Map.of("header:feiqian-gray", "testers-7Q2")))
                .isEqualTo(Map.of("release", "b"));
        assertThat(labels(edge, Map.of("header:feiqian-gray", "release=b"))).isEmpty();
        int mobile = 0;
        for (int i = 0; i < 1_000; i++) {
            Map<String, String> request =
                    Map.of("account", "0017" + i, "header:feiqian-channel", "mobile");
            assertThat(labels(edge, Map.of("account", "0017" + i))).isEmpty();
            mobile += labels(edge, request).isEmpty() ? 0 : 1;
        }
        assertThat(mobile).isBetween(70, 130);
    }

    private static Map<String, String> labels(Bench edge, Map<String, String> parameters) {
        return edge.governance.labels(Bench.CALL.with(parameters));
    }

    @Test
    void theReleaseOfThePageIsTakenAndBegins() throws IOException {
        assertThat(blocks("jsonc")).hasSize(1);
        Releases releases = new Releases();
        String document = ReleaseText.begun("", blocks("jsonc").get(0));
        assertThat(releases.publish(document).isAccepted()).isTrue();
        assertThat(releases.document().find("scoring-2.1").orElseThrow().percent()).isEqualTo(1);
    }

    @Test
    void theDocumentOfThePageIsTaken() throws IOException {
        Bench bench = new Bench();
        assertThat(bench.governance.publish(blocks("json").get(0)).isAccepted()).isTrue();
        assertThat(bench.governance.report().version()).isEqualTo(12);
        assertThat(bench.passes(Bench.CALL)).isTrue();
        assertThat(bench.report("payments-rate").admitted()).isEqualTo(1);
    }

    @Test
    void theProgramOfThePageIsCompiledAndAppliesWhatIsDecided() throws Exception {
        String source =
                (Files.readString(SNIPPETS) + Files.readString(OF_CALLS)).replaceAll("\\s+", "");
        assertThat(blocks("java")).hasSize(2);
        blocks("java").forEach(each -> assertThat(source).contains(each.replaceAll("\\s+", "")));

        Bench rate = provider("one-caller");
        GovernanceSnippets.Service service =
                new GovernanceSnippets.Service() {
                    @Override
                    public OutcomeCode call() {
                        return OutcomeCode.ACCEPTED;
                    }

                    @Override
                    public String instead(Fallback fallback) {
                        return fallback.toString();
                    }

                    @Override
                    public void pause(Duration length) {
                        rate.clock.advance(length);
                    }
                };
        for (int i = 0; i < 200; i++) {
            assertThat(GovernanceSnippets.apply(rate.governance, Bench.CALL, service))
                    .isEqualTo("ACCEPTED");
        }
    }

    private static List<String> policies() throws IOException {
        List<String> all = blocks("json");
        return all.subList(1, all.size());
    }

    private static List<String> blocks(String language) throws IOException {
        List<String> all = new ArrayList<>();
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(PAGE));
        while (block.find()) {
            all.add(block.group(1));
        }
        return all;
    }
}
