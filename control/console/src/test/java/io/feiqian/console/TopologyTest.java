package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.observatory.CallSum;
import io.feiqian.observatory.SpanKind;
import io.feiqian.vocabulary.Requirement;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopologyTest {
    @Requirement({"S.dst-5", "S.dst-6"})
    @Test
    void whoFailsIsMarkedAndSoAreTheCallsThatFailed() {
        Topology map =
                Topology.of(
                        5,
                        List.of(
                                served("gateway", 1_000, 0),
                                called("gateway", "cell-1", 600, 0),
                                called("gateway", "cell-2", 400, 40),
                                served("cell-1", 600, 6),
                                served("cell-2", 400, 40),
                                called("cell-2", "cell-1", 10, 0),
                                called("cell-2", "cell-2 database", 400, 40)),
                        List.of());

        assertThat(map.nodes())
                .filteredOn(Topology.Node::unhealthy)
                .extracting(Topology.Node::name)
                .containsExactly("cell-2", "cell-2 database");
        assertThat(map.edges())
                .filteredOn(Topology.Edge::unhealthy)
                .extracting(Topology.Edge::to)
                .containsExactlyInAnyOrder("cell-2", "cell-2 database");
        assertThat(map.nodes()).extracting(Topology.Node::meanMicros).containsOnly(100L);
    }

    @Test
    void callersStandLeftOfWhomTheyCallAndNobodyStandsOnAnother() {
        Topology map =
                Topology.of(
                        5,
                        List.of(
                                served("gateway", 1, 0),
                                called("gateway", "cell-1", 1, 0),
                                called("gateway", "cell-2", 1, 0),
                                called("cell-1", "cell-1 database", 1, 0)),
                        List.of());

        assertThat(x(map, "gateway")).isLessThan(x(map, "cell-1"));
        assertThat(x(map, "cell-1")).isLessThan(x(map, "cell-1 database"));
        assertThat(map.nodes())
                .extracting(node -> node.x() + "/" + node.y())
                .doesNotHaveDuplicates();
        assertThat(map.width()).isGreaterThan(x(map, "cell-1 database") + Topology.NODE_WIDTH);
    }

    @Test
    void whateverANodeIsCalledItsLinkLooksForThatAlone() {
        Topology map = Topology.of(5, List.of(served("a&failed=1#x", 1, 0)), List.of());

        assertThat(map.nodes().getFirst().link(5))
                .isEqualTo("/traces?minutes=5&node=a%26failed%3D1%23x");
    }

    private static int x(Topology map, String node) {
        return map.nodes().stream()
                .filter(each -> each.name().equals(node))
                .findFirst()
                .orElseThrow()
                .x();
    }

    private static CallSum served(String node, long calls, long failures) {
        return new CallSum(SpanKind.SERVER, node, "", "work", calls, failures, calls * 100, 200);
    }

    private static CallSum called(String node, String target, long calls, long failures) {
        return new CallSum(
                SpanKind.CLIENT, node, target, "work", calls, failures, calls * 100, 200);
    }
}
