package io.feiqian.governance;

import static io.feiqian.governance.Bench.CALL;
import static io.feiqian.governance.Bench.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.Requirement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which instances serve a call. */
@Requirement("P6.2.3-i")
final class RoutingTest {
    private record Instance(String id, Map<String, String> labels) {
        String label(String name) {
            return name.equals("id") ? id : labels.getOrDefault(name, "");
        }
    }

    private static final Instance A1 = new Instance("a1", Map.of());
    private static final Instance A2 = new Instance("a2", Map.of());
    private static final Instance B1 = new Instance("b1", Map.of("release", "b"));

    private final Bench bench = new Bench(GovernanceSetup.at(Side.CALLER));

    private void route(String route) {
        bench.publish(
                bench.governance.document().version() + 1,
                policy("r" + bench.governance.document().version(), "\"route\": {" + route + "}")
                        .replace("provider", "caller"));
    }

    private List<Instance> serving(Call call, Instance... instances) {
        return bench.governance.route(call, 0).among(List.of(instances), Instance::label);
    }

    private static CallFacts of(String customer) {
        return CALL.with(Map.of("customer", customer));
    }

    @Test
    void withoutAnyRuleACallGoesAnywhere() {
        assertThat(serving(CALL, A1, B1)).containsExactly(A1, B1);
    }

    @Test
    void aLabelledCallGoesToItsLabelAndEverythingElseToTheBase() {
        route("\"rules\": [{\"labels\": {\"release\": \"b\"}, \"to\": {\"release\": \"b\"}}]");

        assertThat(serving(CALL.labelled(Map.of("release", "b")), A1, A2, B1)).containsExactly(B1);
        assertThat(serving(CALL, A1, A2, B1)).containsExactly(A1, A2);
    }

    @Test
    void whereNoGrayInstanceIsTheBaseServesAndWhereNoBaseIsAllDo() {
        route("\"rules\": [{\"labels\": {\"release\": \"b\"}, \"to\": {\"release\": \"b\"}}]");

        assertThat(serving(CALL.labelled(Map.of("release", "b")), A1, A2)).containsExactly(A1, A2);
        assertThat(serving(CALL, B1)).containsExactly(B1);
    }

    @Test
    void listsOfCustomersAndAttributesDecide() {
        route(
                "\"rules\": [{\"parameters\": {\"customer\": [\"7\", \"8\"]}, \"to\":"
                        + " {\"release\": \"b\"}}, {\"tenant\": \"t1\", \"parameters\":"
                        + " {\"channel\": \"mobile\"}, \"to\": {\"release\": \"b\"}}]");

        assertThat(serving(of("7"), A1, B1)).containsExactly(B1);
        assertThat(serving(of("9"), A1, B1)).containsExactly(A1);
        CallFacts mobile = CALL.with(Map.of("channel", "mobile"));
        assertThat(serving(mobile, A1, B1)).containsExactly(A1);
        assertThat(serving(mobile.ofTenant("t1"), A1, B1)).containsExactly(B1);
    }

    @Test
    void aPercentageIsAlwaysTheSameCustomersAndGrowsByAddingSome() {
        Set<Integer> before = new HashSet<>();
        for (double percent : new double[] {0.5, 5, 30, 100}) {
            bench.publish(
                    bench.governance.document().version() + 1,
                    policy(
                                    "release",
                                    "\"route\": {\"rules\": [{\"percent\": %s, \"to\":"
                                                    .formatted(percent)
                                            + " {\"release\": \"b\"}}]}")
                            .replace("provider", "caller")
                            .replace(
                                    "\"version\": 1",
                                    "\"version\": " + (2 + bench.governance.document().version())));
            Set<Integer> gray = new HashSet<>();
            IntStream.range(0, 20_000)
                    .filter(each -> serving(of("C" + each), A1, B1).equals(List.of(B1)))
                    .forEach(gray::add);
            assertThat(gray.size() / 200.0).isBetween(percent * 0.8 - 0.01, percent * 1.2 + 0.01);
            assertThat(gray).as("nobody goes back").containsAll(before);
            before = gray;
        }
        assertThat(serving(CALL, A1, B1)).as("100 % are all").containsExactly(B1);
    }

    @Test
    void withoutACustomerACallBelongsToNoPercentage() {
        route("\"rules\": [{\"percent\": 99, \"to\": {\"release\": \"b\"}}]");
        assertThat(serving(CALL, A1, B1)).containsExactly(A1);
    }

    @Test
    void weightsDivideCallsAndOneCustomerStaysOnOneSide() {
        route(
                "\"rules\": [{\"weights\": [{\"weight\": 3, \"to\": {\"release\": \"b\"}},"
                        + " {\"weight\": 1, \"to\": {\"release\": \"c\"}}]}]");
        Map<Map<String, String>, Integer> counts = new HashMap<>();
        for (int i = 0; i < 8_000; i++) {
            counts.merge(bench.governance.route(of("C" + i), i).labels(), 1, Integer::sum);
            assertThat(bench.governance.route(of("C7"), i).labels())
                    .isEqualTo(bench.governance.route(of("C7"), 0).labels());
        }
        assertThat(counts.get(Map.of("release", "b"))).isBetween(5_800, 6_200);
        Set<Map<String, String>> byChance = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            byChance.add(bench.governance.route(CALL, i).labels());
        }
        assertThat(byChance).as("without a customer, by chance").hasSize(2);
    }

    @Test
    @Requirement("P6.2.3-i")
    void aShieldedInstanceGetsNoCallsWhateverElseIsSaid() {
        route(
                "\"shield\": [{\"id\": \"a1\"}, {\"release\": \"b\"}], \"rules\": [{\"labels\":"
                        + " {\"release\": \"b\"}, \"to\": {\"release\": \"b\"}}]");

        assertThat(serving(CALL, A1, A2, B1)).containsExactly(A2);
        assertThat(serving(CALL.labelled(Map.of("release", "b")), A1, A2, B1)).containsExactly(A2);
        assertThat(serving(CALL, A1, B1)).isEmpty();
    }

    @Test
    void theSameRuleGivesTheSameDestination() {
        route(
                "\"rules\": [{\"percent\": 50, \"to\": {\"release\": \"b\"}}], \"base\": {\"x\": \"y\"}");
        Set<Destination> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            seen.add(bench.governance.route(of("C" + i), i));
        }
        assertThat(seen).hasSize(2);
    }
}
