package io.feiqian.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.SlotRange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

@Requirement("D5.5-b")
class RegisteredRoutesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final RouteMap FIRST = RouteMap.evenly(3);
    private static final RouteMap SECOND =
            FIRST.with(Route.open(SlotRange.of(0, 99), new CellId(2), new Epoch(2)));

    private static final RouteHistory.Order ORDER =
            new RouteHistory.Order("anna", "room for more", 17);

    private final InMemoryRegistry registry =
            new InMemoryRegistry(new ManualTimer(new SettableClock(Instant.EPOCH)));

    @Test
    void everyProcessFollowsTheMapThatOnePublishes() {
        Routes early = RegisteredRoutes.follow(registry.another(), FIRST, PATIENCE);
        assertThat(RegisteredRoutes.publish(registry, SECOND, ORDER)).isCompletedWithValue(SECOND);
        Routes late = RegisteredRoutes.follow(registry.another(), FIRST, PATIENCE);
        assertThat(early.current()).isEqualTo(SECOND);
        assertThat(late.current()).isEqualTo(SECOND);
    }

    @Test
    void anOlderMapNeverReplacesANewerOne() {
        RegisteredRoutes.publish(registry, SECOND, ORDER).join();
        assertThat(RegisteredRoutes.publish(registry, FIRST, ORDER)).isCompletedWithValue(SECOND);
        assertThat(RegisteredRoutes.follow(registry, FIRST, PATIENCE).current()).isEqualTo(SECOND);
    }

    @Test
    void textInTheRegistryThatIsNoMapChangesNothing() {
        Routes routes = RegisteredRoutes.follow(registry, FIRST, PATIENCE);
        registry.publish(RegisteredRoutes.DOCUMENT, 0, "{\"format\":99}").join();
        assertThat(routes.current()).isEqualTo(FIRST);
        assertThat(routes.refresh(9)).isCompletedWithValue(FIRST);
        assertThat(RegisteredRoutes.publish(registry, SECOND, ORDER)).isCompletedWithValue(SECOND);
        assertThat(routes.current()).isEqualTo(SECOND);
    }

    @Test
    void afterWrongCellTheRegistryIsAsked() {
        Registry deaf = registry.another();
        Routes routes = RegisteredRoutes.follow(deaf, FIRST, PATIENCE);
        RegisteredRoutes.publish(registry, SECOND, ORDER).join();
        assertThat(routes.refresh(SECOND.version())).isCompletedWithValue(SECOND);
    }

    @Test
    void theRegistryTellsWhichVersionsWerePublishedByWhomAndWhatTheyChanged() {
        RouteHistory.Order start = new RouteHistory.Order("cell-1-1", "the first map", 5);
        RegisteredRoutes.publish(registry, FIRST, start).join();
        RegisteredRoutes.publish(registry, SECOND, ORDER).join();
        RegisteredRoutes.publish(registry, SECOND, ORDER).join();

        List<RouteHistory.Published> versions = history().versions();
        assertThat(versions).hasSize(2);
        assertThat(versions.getFirst())
                .isEqualTo(
                        new RouteHistory.Published(
                                2,
                                ORDER,
                                List.of("0000-0099 cell-2 OPEN @2", "0100-3299 cell-1 OPEN @1")));
        assertThat(versions.getLast().order()).isEqualTo(start);
        assertThat(versions.getLast().changes()).hasSize(FIRST.routes().size());
    }

    @Test
    void theOldestVersionsAreForgottenAndARecordThatIsMissingIsNone() {
        registry.publish(RegisteredRoutes.DOCUMENT, 0, FIRST.toJson()).join();
        assertThat(history()).isEqualTo(RouteHistory.NONE);
        RouteMap map = FIRST;
        for (int i = 0; i < RouteHistory.MOST + 3; i++) {
            map = map.with(Route.open(SlotRange.of(7, 7), new CellId(2), new Epoch(2 + i)));
            RegisteredRoutes.publish(registry, map, ORDER).join();
        }
        assertThat(history().versions())
                .hasSize(RouteHistory.MOST)
                .first()
                .extracting(RouteHistory.Published::version)
                .isEqualTo(map.version());
        assertThat(RegisteredRoutes.map(registry.document(RegisteredRoutes.DOCUMENT).orElseThrow()))
                .contains(map);
    }

    private RouteHistory history() {
        return RegisteredRoutes.history(registry.document(RegisteredRoutes.DOCUMENT).orElseThrow());
    }
}
