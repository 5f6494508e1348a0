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
import org.junit.jupiter.api.Test;

@Requirement("D5.5-b")
class RegisteredRoutesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final RouteMap FIRST = RouteMap.evenly(3);
    private static final RouteMap SECOND =
            FIRST.with(Route.open(SlotRange.of(0, 99), new CellId(2), new Epoch(2)));

    private final InMemoryRegistry registry =
            new InMemoryRegistry(new ManualTimer(new SettableClock(Instant.EPOCH)));

    @Test
    void everyProcessFollowsTheMapThatOnePublishes() {
        Routes early = RegisteredRoutes.follow(registry.another(), FIRST, PATIENCE);
        assertThat(RegisteredRoutes.publish(registry, SECOND)).isCompletedWithValue(SECOND);
        Routes late = RegisteredRoutes.follow(registry.another(), FIRST, PATIENCE);
        assertThat(early.current()).isEqualTo(SECOND);
        assertThat(late.current()).isEqualTo(SECOND);
    }

    @Test
    void anOlderMapNeverReplacesANewerOne() {
        RegisteredRoutes.publish(registry, SECOND).join();
        assertThat(RegisteredRoutes.publish(registry, FIRST)).isCompletedWithValue(SECOND);
        assertThat(RegisteredRoutes.follow(registry, FIRST, PATIENCE).current()).isEqualTo(SECOND);
    }

    @Test
    void textInTheRegistryThatIsNoMapChangesNothing() {
        Routes routes = RegisteredRoutes.follow(registry, FIRST, PATIENCE);
        registry.publish(RegisteredRoutes.DOCUMENT, 0, "{\"format\":99}").join();
        assertThat(routes.current()).isEqualTo(FIRST);
        assertThat(routes.refresh(9)).isCompletedWithValue(FIRST);
        assertThat(RegisteredRoutes.publish(registry, SECOND)).isCompletedWithValue(SECOND);
        assertThat(routes.current()).isEqualTo(SECOND);
    }

    @Test
    void afterWrongCellTheRegistryIsAsked() {
        Registry deaf = registry.another();
        Routes routes = RegisteredRoutes.follow(deaf, FIRST, PATIENCE);
        RegisteredRoutes.publish(registry, SECOND).join();
        assertThat(routes.refresh(SECOND.version())).isCompletedWithValue(SECOND);
    }
}
