package io.feiqian.registryspringcloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.RegistryProcess;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Spring Boot services with Spring Cloud LoadBalancer over a registry that is a real process. */
@Timeout(180)
final class RegisteredServicesTest {
    private static final int CALLERS = 4;

    @TempDir Path folder;
    private RegistryProcess registry;
    private Services services;

    @BeforeEach
    void start() throws IOException {
        registry = RegistryProcess.start(folder.resolve("registry"));
        services = new Services(folder, registry.address());
    }

    @AfterEach
    void stop() {
        services.close();
        registry.close();
    }

    /** Calls again and again until it is closed. */
    private static final class Load implements AutoCloseable {
        final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        final AtomicLong answered = new AtomicLong();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean over;

        Load(ConfigurableApplicationContext caller) {
            for (int i = 0; i < CALLERS; i++) {
                threads.add(Thread.ofVirtual().start(() -> run(caller)));
            }
        }

        private void run(ConfigurableApplicationContext caller) {
            while (!over) {
                try {
                    Services.call(caller);
                    answered.incrementAndGet();
                } catch (RuntimeException failed) {
                    failures.add(failed);
                }
            }
        }

        @Override
        public void close() throws InterruptedException {
            over = true;
            for (Thread each : threads) {
                each.join();
            }
        }
    }

    private static Set<String> whoAnswers(ConfigurableApplicationContext caller) {
        Set<String> who = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            who.add(Services.call(caller));
        }
        return who;
    }

    @Requirement({"S.stack-2", "P6.2.3-a", "P6.2.1-b", "P6.2.1-c", "P6.2.1-e"})
    @Test
    void oneOfTwoInstancesIsStoppedUnderLoadAndNoCallIsLost() throws Exception {
        ConfigurableApplicationContext one = services.accounts("one");
        services.accounts("two");
        ConfigurableApplicationContext caller = services.caller();
        Services.await(caller, list -> list.size() == 2);
        assertThat(whoAnswers(caller)).containsExactly("one", "two");
        long before;
        Load load = new Load(caller);
        try (load) {
            Services.await(caller, list -> list.size() == 2);
            one.close();
            before = load.answered.get();
        }
        assertThat(load.failures).isEmpty();
        assertThat(before).isGreaterThan(CALLERS);
        assertThat(whoAnswers(caller)).containsExactly("two");
    }

    @Requirement("P6.2.3-a")
    @Test
    void withTheRegistryKilledCallsGoOnAlsoAfterTheCallersRestart() throws Exception {
        services.accounts("one");
        services.accounts("two");
        ConfigurableApplicationContext caller = services.caller();
        Services.await(caller, list -> list.size() == 2);
        registry.kill();
        assertThat(whoAnswers(caller)).containsExactly("one", "two");
        HealthIndicator health =
                caller.getBean("feiqianRegistryHealthIndicator", HealthIndicator.class);
        assertThat(health.health())
                .isNotNull()
                .satisfies(told -> assertThat(told.getStatus()).isEqualTo(Status.UP));
        caller.close();
        ConfigurableApplicationContext again = services.caller();
        assertThat(again.getBean(Registry.class).isConnected()).isFalse();
        assertThat(whoAnswers(again)).containsExactly("one", "two");
    }

    /** Warms up, and looks meanwhile whether it is registered already. */
    @Configuration(proxyBeanMethods = false)
    @Import(Services.Accounts.class)
    static class Slow {
        static volatile boolean registeredTooEarly;

        @Bean
        ApplicationRunner warmUp(
                Registry registry, RegistryServiceRegistry places, ThisApplication self) {
            return arguments -> {
                // What is registered after this application has asked for it is so after it.
                registry.register(marker(), () -> true).registered().get(20, TimeUnit.SECONDS);
                registeredTooEarly = places.isRegistered(self);
            };
        }

        private static ServiceInstance marker() {
            return new ServiceInstance(
                    "marker", Optional.empty(), "marker", "127.0.0.1", 1, Map.of());
        }
    }

    @Requirement("P6.2.2.3-a")
    @Test
    void anInstanceIsSeenOnceItIsReadyAndNotBefore() throws Exception {
        Slow.registeredTooEarly = true;
        ConfigurableApplicationContext caller = services.caller();
        services.start(Slow.class, "accounts", "slow");
        assertThat(Slow.registeredTooEarly).isFalse();
        Services.await(caller, list -> list.size() == 1);
        assertThat(Services.call(caller)).isEqualTo("slow");
    }

    @Test
    void whoRefusesTrafficLeavesUntilItAcceptsItAgain() throws Exception {
        ConfigurableApplicationContext one = services.accounts("one");
        ConfigurableApplicationContext caller = services.caller();
        Services.await(caller, list -> list.size() == 1);
        AvailabilityChangeEvent.publish(one, ReadinessState.REFUSING_TRAFFIC);
        Services.await(caller, List::isEmpty);
        AvailabilityChangeEvent.publish(one, ReadinessState.ACCEPTING_TRAFFIC);
        Services.await(caller, list -> list.size() == 1);
    }

    @Test
    void anOperatorTakesAnInstanceOutAndBringsItBack() throws Exception {
        ConfigurableApplicationContext one = services.accounts("one");
        ConfigurableApplicationContext caller = services.caller();
        Services.await(caller, list -> list.size() == 1);
        RegistryServiceRegistry places = one.getBean(RegistryServiceRegistry.class);
        ThisApplication self = one.getBean(ThisApplication.class);
        places.setStatus(self, "DOWN");
        Services.await(caller, List::isEmpty);
        assertThat(places.<Object>getStatus(self)).isEqualTo("DOWN");
        places.setStatus(self, "UP");
        Services.await(caller, list -> list.size() == 1);
        assertThat(one.getBeansOfType(ServiceRegistry.class)).hasSize(1);
    }

    @Test
    void labelsAreMetadataForWhoeverAsksTheOneWayOrTheOther() throws Exception {
        services.accounts(
                "one",
                "--feiqian.registry.labels.site=east",
                "--feiqian.registry.labels.version=2.1",
                "--feiqian.registry.labels.gray=blue");
        ConfigurableApplicationContext caller = services.caller();
        Services.await(caller, list -> list.size() == 1);
        Map<String, String> expected =
                Map.of("site", "east", "version", "2.1", "gray", "blue", "zone", "east");
        // The name is the service's in whatever letters.
        assertThat(caller.getBean(DiscoveryClient.class).getInstances("Accounts"))
                .singleElement()
                .satisfies(each -> assertThat(each.getMetadata()).isEqualTo(expected))
                .satisfies(each -> assertThat(each.getHost()).isEqualTo("127.0.0.1"));
        assertThat(caller.getBean(DiscoveryClient.class).getServices()).contains("accounts");
        assertThat(caller.getBean(DiscoveryClient.class).getInstances("no such_name")).isEmpty();
    }

    @Test
    void aReactiveLoadBalancerFindsTheSame() throws Exception {
        services.accounts("one", "--feiqian.registry.labels.site=east");
        ConfigurableApplicationContext caller =
                services.start(
                        Services.Caller.class,
                        "caller",
                        "reactive",
                        "--spring.cloud.discovery.reactive.enabled=true",
                        "--feiqian.registry.first-look=20s");
        assertThat(
                        caller.getBean(ReactiveDiscoveryClient.class)
                                .getInstances("accounts")
                                .collectList()
                                .block())
                .singleElement()
                .satisfies(each -> assertThat(each.getMetadata()).containsEntry("zone", "east"));
        assertThat(Services.call(caller)).isEqualTo("one");
    }

    @Test
    void theFirstCallOfAServiceFindsItAlthoughNobodyAskedForItBefore() throws Exception {
        services.accounts("one");
        ConfigurableApplicationContext first = services.caller();
        Services.await(first, list -> list.size() == 1);
        ConfigurableApplicationContext fresh =
                services.start(
                        Services.Caller.class,
                        "caller",
                        "fresh",
                        "--feiqian.registry.first-look=20s");
        assertThat(Services.call(fresh)).isEqualTo("one");
    }
}
