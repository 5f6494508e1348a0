package io.feiqian.registrydubbo;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.Eventually;
import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.registry.Names;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.registry.NotifyListener;
import org.apache.dubbo.rpc.model.FrameworkModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What Dubbo asks of a registry, without a network. */
final class DubboRegistryTest {
    private static final URL ONE = provider("10.0.0.1:20880", "1.0");
    private static final URL TWO = provider("10.0.0.2:20880", "1.0");
    private static final URL CONSUMER =
            URL.valueOf(
                    "consumer://10.0.0.9/bank.Greeting?interface=bank.Greeting&version=1.0"
                            + "&category=providers,configurators,routers&side=consumer");

    private final InMemoryRegistry memory = new InMemoryRegistry(Timer.system("test"));
    private final DubboRegistry registry = over(memory);
    private final DubboRegistry provider = over(memory.another());

    private static DubboRegistry over(InMemoryRegistry memory) {
        return new DubboRegistry(
                URL.valueOf("feiqian://127.0.0.1:2181"), memory, Duration.ofMillis(1));
    }

    private static URL provider(String address, String version) {
        return URL.valueOf(
                "dubbo://%s/bank.Greeting?interface=bank.Greeting&version=%s&side=provider&timeout=5"
                        .formatted(address, version));
    }

    /** Remembers every list that it is told. */
    private static final class Told implements NotifyListener {
        final List<List<URL>> lists = new CopyOnWriteArrayList<>();
        private final Eventually<List<URL>> wanted;

        Told(List<URL> until) {
            wanted = Eventually.of(until::equals);
        }

        @Override
        public void notify(List<URL> urls) {
            lists.add(urls);
            wanted.see(urls);
        }
    }

    @AfterEach
    void leave() {
        registry.destroy();
        provider.destroy();
    }

    @Test
    void aConsumerIsToldWhoProvidesAndEveryChange() throws Exception {
        provider.register(ONE);
        provider.register(provider("10.0.0.3:20880", "2.0"));
        Told told = new Told(List.of(ONE, TWO));
        registry.subscribe(CONSUMER, told);
        assertThat(told.lists).containsExactly(List.of(ONE));
        provider.register(TWO);
        told.wanted.await();
        assertThat(registry.lookup(CONSUMER)).containsExactly(ONE, TWO);
    }

    /** Or Dubbo connects with the parts of whichever application is the first of the process. */
    @Test
    void whoProvidesBelongsToTheConsumersApplication() {
        provider.register(ONE);
        FrameworkModel framework = new FrameworkModel();
        try {
            URL consumer = CONSUMER.setScopeModel(framework.newApplication().newModule());
            Told told = new Told(List.of(ONE));
            registry.subscribe(consumer, told);
            assertThat(told.lists.get(0).get(0).getScopeModel()).isSameAs(consumer.getScopeModel());
        } finally {
            framework.destroy();
        }
    }

    @Test
    void anEmptyListNeverReplacesAGoodOne() throws Exception {
        provider.register(ONE);
        Told told = new Told(List.of(TWO));
        registry.subscribe(CONSUMER, told);
        URL other = provider("10.0.0.3:20880", "2.0");
        Told after = new Told(List.of(other));
        registry.subscribe(CONSUMER.addParameter("version", "2.0"), after);
        provider.unregister(ONE);
        assertThat(registry.lookup(CONSUMER)).isEmpty();
        // Told on the same thread, after what the first would have been told.
        provider.register(other);
        after.wanted.await();
        provider.register(TWO);
        told.wanted.await();
        assertThat(told.lists).containsExactly(List.of(ONE), List.of(TWO));
    }

    @Test
    void whoUnsubscribedIsToldNothingMore() throws Exception {
        provider.register(ONE);
        Told first = new Told(List.of(ONE, TWO));
        Told second = new Told(List.of(ONE, TWO));
        registry.subscribe(CONSUMER, first);
        registry.subscribe(CONSUMER, second);
        registry.unsubscribe(CONSUMER, first);
        provider.register(TWO);
        second.wanted.await();
        assertThat(first.lists).containsExactly(List.of(ONE));
    }

    @Test
    void aConsumerIsNoInstanceAndAProvidersOwnLookForRulesIsNone() {
        registry.register(CONSUMER.addParameter("category", "consumers"));
        assertThat(registry.lookup(CONSUMER)).isEmpty();
        provider.register(ONE);
        Told rules = new Told(List.of());
        registry.subscribe(ONE.addParameter("category", "configurators"), rules);
        assertThat(rules.lists).isEmpty();
    }

    @Test
    void aRegistryThatTheApplicationHasIsLeftAndStaysOpen() {
        InMemoryRegistry application = memory.another();
        application.register(ProviderForm.instance(TWO), () -> true);
        DubboRegistry within =
                DubboRegistry.within(
                        application, URL.valueOf("feiqian://127.0.0.1:2181"), Duration.ofMillis(1));
        within.register(ONE);
        assertThat(registry.lookup(CONSUMER)).containsExactly(ONE, TWO);
        within.destroy();
        assertThat(registry.lookup(CONSUMER)).containsExactly(TWO);
        application.close();
    }

    @Test
    void everyInterfaceHasANameInTheRegistryAndGroupsOfOneProcessStandApart() {
        String longest = "com.bank." + "very.".repeat(20) + "LongService$Inner_1";
        Names.require("role", ProviderForm.role(longest));
        Names.require("role", ProviderForm.role("bank.Greeting"));
        assertThat(ProviderForm.role(longest)).isNotEqualTo(ProviderForm.role("x." + longest));
        String east = ProviderForm.instance(ONE.addParameter("group", "east")).id();
        String west = ProviderForm.instance(ONE.addParameter("group", "west")).id();
        assertThat(east).isNotEqualTo(west);
        // Other settings of the same provider, as after a restart.
        assertThat(ProviderForm.instance(ONE.addParameter("timeout", "9")).id())
                .isEqualTo(ProviderForm.instance(ONE).id());
    }
}
