package io.feiqian.registrydubbo;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.Eventually;
import io.feiqian.registry.RegistryProcess;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.ZooKeeperConfig;
import io.feiqian.registry.ZooKeeperRegistry;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real Dubbo providers and consumers over a registry that is a real process. */
@Timeout(180)
final class DubboDiscoveryTest {
    @TempDir Path folder;
    private final List<DubboNode> nodes = new ArrayList<>();
    private RegistryProcess registry;

    @BeforeEach
    void start() throws IOException {
        registry = RegistryProcess.start(folder.resolve("registry"));
    }

    @AfterEach
    void stop() {
        // Whoever came last calls the others, which wait for their callers to go.
        for (int i = nodes.size() - 1; i >= 0; i--) {
            nodes.get(i).close();
        }
        registry.close();
    }

    private DubboNode node(String name) {
        DubboNode node = new DubboNode(name, registry.address(), folder);
        nodes.add(node);
        return node;
    }

    /** Waits until somebody who looks sees such providers. */
    private void await(Predicate<List<ServiceInstance>> wanted) throws Exception {
        try (Registry look =
                ZooKeeperRegistry.start(
                        ZooKeeperConfig.of(registry.address(), folder.resolve("look.json")))) {
            Eventually<List<ServiceInstance>> seen = Eventually.of(wanted);
            look.watchInstances(ProviderForm.role(Greeting.class.getName()), seen::see);
            seen.await();
        }
    }

    /** Calls until just these answer; a bound on calls and no sleep. */
    private static void awaitAnswers(Greeting greeting, String... expected) {
        Set<String> wanted = new TreeSet<>(List.of(expected));
        Set<String> last = new TreeSet<>();
        for (int round = 0; round < 2_000 && !last.equals(wanted); round++) {
            last = new TreeSet<>();
            for (int i = 0; i < 20; i++) {
                last.add(greeting.who());
            }
        }
        assertThat(last).isEqualTo(wanted);
    }

    @Requirement({"S.stack-2", "P6.2.3-a", "P6.2.1-b", "P6.2.1-c", "P6.2.1-e", "S.ms-8"})
    @Test
    void providersComeAndGoUnderLoadAndNoCallIsLost() throws Exception {
        DubboNode one = node("one").serving("1.0");
        await(list -> list.size() == 1);
        Greeting greeting = node("consumer").consumer("1.0");
        assertThat(greeting.who()).isEqualTo("one");
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        AtomicLong answered = new AtomicLong();
        Set<Boolean> over = ConcurrentHashMap.newKeySet();
        Thread load =
                Thread.ofPlatform()
                        .start(() -> {
                            while (over.isEmpty()) {
                                try {
                                    greeting.who();
                                    answered.incrementAndGet();
                                } catch (RuntimeException failed) {
                                    failures.add(failed);
                                }
                            }
                        });
        try {
            node("two").serving("1.0");
            awaitAnswers(greeting, "one", "two");
            one.close();
            awaitAnswers(greeting, "two");
        } finally {
            over.add(true);
            load.join();
        }
        assertThat(failures).isEmpty();
        assertThat(answered.get()).isPositive();
    }

    @Requirement("P6.2.3-a")
    @Test
    void withTheRegistryKilledCallsGoOnAlsoAfterTheConsumersRestart() throws Exception {
        node("one").serving("1.0");
        node("two").serving("1.0");
        await(list -> list.size() == 2);
        DubboNode consumer = node("consumer");
        Greeting greeting = consumer.consumer("1.0");
        awaitAnswers(greeting, "one", "two");
        registry.kill();
        awaitAnswers(greeting, "one", "two");
        consumer.close();
        awaitAnswers(node("consumer").consumer("1.0"), "one", "two");
    }

    @Test
    void aConsumerIsGivenTheProvidersOfItsVersionOnly() throws Exception {
        node("old").serving("1.0");
        node("new").serving("2.0");
        await(list -> list.size() == 2);
        DubboNode consumer = node("consumer");
        awaitAnswers(consumer.consumer("2.0"), "new");
        awaitAnswers(consumer.consumer("1.0"), "old");
    }
}
