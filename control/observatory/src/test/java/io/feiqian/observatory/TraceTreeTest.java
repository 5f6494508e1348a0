package io.feiqian.observatory;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.Requirement;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceTreeTest {
    @Requirement({"S.dst-3", "S.dst-8"})
    @Test
    void theCriticalPathIsWhatHeldUpTheEnd() {
        TraceTree tree =
                TraceTree.of(
                        List.of(
                                span(1, 0, 0, 100),
                                // At the same time; only the slower one held anything up.
                                span(2, 1, 10, 20),
                                span(3, 1, 10, 50),
                                span(4, 3, 20, 30),
                                span(5, 1, 70, 25)));

        assertThat(tree.rows())
                .extracting(row -> row.span().id())
                .containsExactly(1L, 3L, 4L, 2L, 5L);
        assertThat(tree.rows()).extracting(TraceTree.Row::depth).containsExactly(0, 1, 2, 1, 1);
        assertThat(tree.rows())
                .filteredOn(TraceTree.Row::critical)
                .extracting(row -> row.span().id())
                .containsExactly(1L, 3L, 4L, 5L);
        assertThat(tree.rows())
                .extracting(TraceTree.Row::ownMicros)
                .containsExactly(25L, 20L, 30L, 20L, 25L);
        assertThat(tree.durationMicros()).isEqualTo(100);
    }

    @Test
    void spansWithoutTheirParentStandAtTheTopAndCirclesLoseNothing() {
        TraceTree tree =
                TraceTree.of(
                        List.of(
                                span(1, 77, 5, 1),
                                span(2, 3, 0, 1),
                                span(3, 2, 0, 1),
                                span(2, 0, 0, 9)));

        assertThat(tree.rows())
                .extracting(row -> row.span().id())
                .containsExactlyInAnyOrder(1L, 2L, 3L);
        assertThat(TraceTree.of(List.of()).rows()).isEmpty();
        assertThat(TraceTree.of(List.of()).durationMicros()).isZero();
    }

    @Test
    void aChainOfAnyLengthIsShown() {
        List<SpanRecord> chain =
                java.util.stream.LongStream.rangeClosed(1, 100_000)
                        .mapToObj(i -> span(i, i - 1, i, 200_000 - i))
                        .toList();
        assertThat(TraceTree.of(chain).rows()).hasSize(100_000);
    }

    private static SpanRecord span(long id, long parent, long start, long length) {
        return new SpanRecord(
                "4bf92f3577b34da6a3ce929d0e0e4736",
                id,
                parent,
                start,
                length,
                SpanKind.SERVER,
                new Source("cell", "cell-1-a", "cell-1"),
                "",
                "work",
                -1,
                false,
                "",
                "",
                "",
                "");
    }
}
