package io.feiqian.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RoutesTest {
    private static final RouteMap FIRST = RouteMap.evenly(3);
    private static final RouteMap SECOND =
            FIRST.with(Route.open(SlotRange.of(0, 99), new CellId(2), new Epoch(2)));

    @Test
    void aNewerMapReplacesTheOlderAndNeverTheOtherWay() {
        Routes routes = new Routes(FIRST);
        List<Long> told = new ArrayList<>();
        Runnable end = routes.onChange(map -> told.add(map.version()));
        assertThat(routes.offer(SECOND)).isTrue();
        assertThat(routes.offer(FIRST)).isFalse();
        assertThat(routes.offer(SECOND)).isFalse();
        assertThat(routes.route(new Slot(5)).owner()).isEqualTo(new CellId(2));
        end.run();
        assertThat(routes.offer(RouteMap.of(9, FIRST.routes()))).isTrue();
        assertThat(told).containsExactly(2L);
    }

    @Test
    void aFaultyListenerKeepsNobodyElseFromTheNewMap() {
        Routes routes = new Routes(FIRST);
        List<Long> told = new ArrayList<>();
        routes.onChange(map -> {
            throw new IllegalStateException("expected by this test");
        });
        routes.onChange(map -> told.add(map.version()));
        routes.offer(SECOND);
        assertThat(told).containsExactly(2L);
    }

    @Test
    void afterWrongCellTheNewerMapIsFetchedOnceForAllWhoAsk() {
        Routes routes = new Routes(FIRST);
        CompletableFuture<RouteMap> answer = new CompletableFuture<>();
        AtomicInteger asked = new AtomicInteger();
        routes.refreshFrom(() -> {
            asked.incrementAndGet();
            return answer;
        });
        CompletableFuture<RouteMap> one = routes.refresh(2);
        CompletableFuture<RouteMap> two = routes.refresh(2);
        assertThat(one).isNotDone();
        answer.complete(SECOND);
        assertThat(one).isCompletedWithValue(SECOND);
        assertThat(two).isCompletedWithValue(SECOND);
        assertThat(routes.current()).isEqualTo(SECOND);
        assertThat(asked).hasValue(1);
        assertThat(routes.refresh(2)).isCompletedWithValue(SECOND);
        assertThat(asked).as("a map that is new enough is not fetched again").hasValue(1);
    }

    @Test
    void whereNoSourceAnswersTheLastKnownMapServesOn() {
        Routes routes = new Routes(FIRST);
        assertThat(routes.refresh(5)).isCompletedWithValue(FIRST);
        routes.refreshFrom(
                () -> CompletableFuture.failedFuture(new IllegalStateException("source is down")));
        assertThat(routes.refresh(5)).isCompletedWithValue(FIRST);
        routes.refreshFrom(() -> {
            throw new IllegalStateException("source is down");
        });
        assertThat(routes.refresh(5)).isCompletedWithValue(FIRST);
        routes.refreshFrom(() -> CompletableFuture.completedFuture(SECOND));
        assertThat(routes.refresh(5)).isCompletedWithValue(SECOND);
    }
}
