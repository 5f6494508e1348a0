package io.feiqian.registryspringcloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** The end of an application, step by step. */
final class LeavingTest {
    private static final Duration WAIT = Duration.ofSeconds(1);

    private final SettableClock clock = new SettableClock(Instant.EPOCH);
    private final ManualTimer timer = new ManualTimer(clock);
    private final InMemoryRegistry registry = new InMemoryRegistry(timer);
    private final RegistrationLifecycle lifecycle =
            new RegistrationLifecycle(
                    new RegistryServiceRegistry(registry, () -> true), application(), WAIT, timer);

    private static ThisApplication application() {
        return application("Accounts");
    }

    private static ThisApplication application(String name) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(
                        new MapPropertySource(
                                "test",
                                Map.of(
                                        "spring.application.name",
                                        name,
                                        "local.server.port",
                                        "8080")));
        return new ThisApplication(
                new RegistryProperties(
                        "127.0.0.1:2181",
                        "",
                        "",
                        WAIT,
                        WAIT,
                        WAIT,
                        "10.0.0.1",
                        0,
                        "",
                        Map.of(),
                        List.of(),
                        WAIT,
                        WAIT),
                environment);
    }

    @Test
    void itIsGoneAtOnceAndTheWebServersEndWaitsUntilCallersHaveHeard() {
        AtomicBoolean next = new AtomicBoolean();
        lifecycle.start();
        assertThat(registry.instances("accounts"))
                .singleElement()
                .satisfies(each -> assertThat(each.id()).isEqualTo("10.0.0.1-8080"))
                .satisfies(each -> assertThat(each.address()).isEqualTo("10.0.0.1:8080"));

        lifecycle.stop(() -> next.set(true));

        assertThat(registry.instances("accounts")).isEmpty();
        timer.advance(WAIT.minusMillis(1));
        assertThat(next).isFalse();
        timer.advance(Duration.ofMillis(1));
        assertThat(next).isTrue();
    }

    @Test
    void whoIsStoppedIsNotBroughtBackByALateWordThatItAcceptsTraffic() {
        lifecycle.start();
        lifecycle.stop(() -> {});
        lifecycle.changed(new AvailabilityChangeEvent<>(this, ReadinessState.ACCEPTING_TRAFFIC));
        assertThat(registry.instances("accounts")).isEmpty();
    }

    @Test
    void anApplicationThatCannotBeCalledByNameSaysSoAtTheStart() {
        assertThatThrownBy(() -> application("")).hasMessageContaining("spring.application.name");
        assertThatThrownBy(() -> application("my accounts"))
                .hasMessageContaining("my accounts (expected:");
    }
}
