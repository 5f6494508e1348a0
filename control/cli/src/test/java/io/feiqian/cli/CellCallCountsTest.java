package io.feiqian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CellCallCountsTest {
    private static final String METRICS =
            """
            # TYPE feiqian_cell_calls_total counter
            feiqian_cell_calls_total{cell="cell-1",ended="answered",instance="gateway",service="gateway"} 1.2E7
            feiqian_cell_calls_total{cell="cell-1",ended="turned_away",instance="gateway",service="gateway"} 3.0
            feiqian_cell_calls_total{cell="cell-11",ended="unknown",instance="gateway",service="gateway"} 9.0
            feiqian_cell_again_total{cell="cell-1",instance="gateway",service="gateway",why="moved"} 5.0
            """;

    @Test
    void aCellsCountsAreFoundAmongThoseOfOthers() {
        assertThat(CellCallCounts.read(METRICS, "cell-1"))
                .isEqualTo(new CellCallCounts(12_000_000, 3, 0, 5, 0));
    }

    @Test
    void whatWasTurnedAwayLostOrRepeatedIsNotClean() {
        assertThat(new CellCallCounts(9, 0, 0, 4, 0).isClean()).isTrue();
        assertThat(new CellCallCounts(9, 1, 0, 0, 0).isClean()).isFalse();
        assertThat(new CellCallCounts(9, 0, 1, 0, 0).isClean()).isFalse();
        assertThat(new CellCallCounts(9, 0, 0, 0, 1).isClean()).isFalse();
    }

    @Test
    void countsOfAGatewayThatWasRestartedSayNothing() {
        CellCallCounts before = new CellCallCounts(100, 0, 0, 0, 0);
        assertThat(new CellCallCounts(7, 0, 0, 0, 0).since(before)).isEmpty();
        assertThat(new CellCallCounts(107, 0, 0, 2, 0).since(before))
                .contains(new CellCallCounts(7, 0, 0, 2, 0));
    }
}
