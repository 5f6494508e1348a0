package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.spi.InstanceProbe.Answer;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Requirement;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is served, whatever a registry lists. */
class ProvenListTest {
    private static final RegistryEntry A = entry("a", 7101);
    private static final RegistryEntry B = entry("b", 7102);
    private static final RegistryEntry C = entry("c", 7103);

    private final ProvenList three = ProvenList.EMPTY.listing(List.of(A, B, C), Map.of());

    @Requirement("P6.2.2.1-f")
    @Test
    void anEmptyListEmptiesNothing() {
        ProvenList now = three.listing(List.of(), Map.of());

        assertThat(now.served()).containsExactly(A.instance(), B.instance(), C.instance());
        assertThat(now.missing()).containsOnlyKeys("a", "b", "c");
    }

    @Test
    void whatAnEarlierLifeOfTheProcessKeptIsNotEmptiedEither() {
        ProvenList kept = ProvenList.kept(List.of(A.instance(), B.instance()));

        assertThat(kept.listing(List.of(C), Map.of()).served())
                .containsExactly(A.instance(), B.instance(), C.instance());
    }

    @Requirement("P6.2.1-e")
    @Test
    void whoSaidThatItLeavesIsGoneAtOnce() {
        ProvenList now = three.listing(List.of(B, C), Map.of("a", "life-of-a"));

        assertThat(now.served()).containsExactly(B.instance(), C.instance());
        assertThat(now.missing()).isEmpty();
    }

    @Test
    void thatAnEarlierLifeLeftIsNoProof() {
        ProvenList now = three.listing(List.of(B, C), Map.of("a", "an earlier life of a"));

        assertThat(now.missing()).containsOnlyKeys("a");
    }

    @Test
    void anotherInstanceAtItsAddressIsProof() {
        RegistryEntry successor = entry("d", 7101);

        assertThat(three.listing(List.of(B, C, successor), Map.of()).served())
                .containsExactly(B.instance(), C.instance(), successor.instance());
    }

    @Test
    void aStatementEndsWithItsLease() {
        RegistryEntry drained =
                new RegistryEntry(
                        new ServiceInstance(
                                "cell-draining",
                                java.util.Optional.of(new CellId(1)),
                                "a",
                                "127.0.0.1",
                                7101,
                                Map.of(ServiceInstance.ENDS_WITH_LEASE, "true")),
                        "1");
        ProvenList said = ProvenList.EMPTY.listing(List.of(drained), Map.of());

        assertThat(said.listing(List.of(), Map.of()).served()).isEmpty();
    }

    @Test
    void oneRefusalCouldBeARestartTwoAreProof() {
        ProvenList once = three.listing(List.of(B, C), Map.of()).asked("a", Answer.REFUSED);

        assertThat(once.served()).contains(A.instance());
        assertThat(once.asked("a", Answer.REFUSED).served()).doesNotContain(A.instance());
        assertThat(once.asked("a", Answer.ALIVE).asked("a", Answer.REFUSED).served())
                .contains(A.instance());
    }

    @Test
    void oneThatIsSilentAmongOthersIsGone() {
        ProvenList now = three.listing(List.of(B, C), Map.of());
        for (int i = 1; i < ProvenList.SILENCES; i++) {
            now = now.asked("a", Answer.SILENT);
            assertThat(now.served()).contains(A.instance());
        }
        assertThat(now.asked("a", Answer.SILENT).served())
                .containsExactly(B.instance(), C.instance());
    }

    @Test
    void whereMostAreSilentTheTroubleMayBeAtThisEnd() {
        ProvenList now = three.listing(List.of(C), Map.of());
        for (int i = 0; i < 10 * ProvenList.SILENCES; i++) {
            now = now.asked("a", Answer.SILENT).asked("b", Answer.SILENT);
        }
        assertThat(now.served()).hasSize(3);
        // What was silent while this end was cut off is asked again before it goes.
        ProvenList healed = now.asked("a", Answer.ALIVE);
        assertThat(healed.served()).hasSize(3);
        assertThat(healed.asked("b", Answer.SILENT).served())
                .containsExactly(A.instance(), C.instance());
    }

    @Test
    void whoIsListedAgainIsMissingNoMore() {
        ProvenList back =
                three.listing(List.of(), Map.of())
                        .asked("a", Answer.REFUSED)
                        .listing(List.of(A), Map.of());

        assertThat(back.missing()).containsOnlyKeys("b", "c");
        assertThat(back.listing(List.of(), Map.of()).asked("a", Answer.REFUSED).served())
                .contains(A.instance());
    }

    @Test
    void anAnswerThatComesTooLateChangesNothing() {
        assertThat(three.asked("a", Answer.REFUSED).asked("nobody", Answer.REFUSED))
                .isEqualTo(three);
    }

    @Test
    void halfOfALargeListIsNotLostBecauseItIsLarge() {
        List<RegistryEntry> many =
                IntStream.range(0, 1_000).mapToObj(i -> entry("i" + i, 10_000 + i)).toList();
        ProvenList all = ProvenList.EMPTY.listing(many, Map.of());

        assertThat(all.listing(many.subList(0, 3), Map.of()).served()).hasSize(1_000);
    }

    static RegistryEntry entry(String id, int port) {
        return new RegistryEntry(
                ServiceInstance.of(new CellId(1), id, "127.0.0.1", port), "life-of-" + id);
    }
}
