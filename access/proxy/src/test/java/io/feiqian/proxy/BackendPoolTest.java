package io.feiqian.proxy;

import static io.feiqian.proxy.PoolFixture.at;
import static io.feiqian.proxy.PoolFixture.backend;
import static io.feiqian.proxy.PoolFixture.chosen;
import static io.feiqian.proxy.PoolFixture.config;
import static io.feiqian.proxy.PoolFixture.member;
import static io.feiqian.proxy.PoolFixture.names;
import static io.feiqian.proxy.PoolFixture.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.balancing.Ending;
import io.feiqian.balancing.Member;
import io.feiqian.balancing.Way;
import io.feiqian.vocabulary.Requirement;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whom requests and connections go to. */
class BackendPoolTest {
    private final PoolFixture fixture = new PoolFixture();

    @Requirement({"P6.1.1-c", "P6.1.3-a"})
    @Test
    void everyWayIsToBeHadByConfiguration() {
        BackendConfig[] two = {backend("a"), backend("b")};

        assertThat(chosen(fixture.pool(config(Way.ROUND_ROBIN, two)), 100))
                .isEqualTo(Map.of("a", 50, "b", 50));
        assertThat(chosen(fixture.pool(config(Way.RANDOM, two)), 1_000).get("a"))
                .isBetween(420, 580);
        assertThat(
                        chosen(
                                fixture.pool(
                                        config(Way.WEIGHTED, backend("a", 300), backend("b", 100))),
                                400))
                .isEqualTo(Map.of("a", 300, "b", 100));

        BackendPool least = fixture.pool(config(Way.LEAST_OUTSTANDING, two));
        member(least, "a").began();
        assertThat(chosen(least, 50)).containsOnlyKeys("b");

        BackendPool hashed = fixture.pool(config(Way.CONSISTENT_HASH, two));
        assertThat(chosen(hashed, 200).keySet()).containsExactly("a", "b");
        assertThat(nameOf(hashed.choose(42))).isEqualTo(nameOf(hashed.choose(42)));
    }

    @Test
    void aConsistentHashIsBounded() {
        BackendPool pool = fixture.pool(config(Way.CONSISTENT_HASH, backend("a"), backend("b")));
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            Member<Backend> member = pool.choose(42).orElseThrow();
            member.began();
            counts.merge(member.instance().name(), 1, Integer::sum);
        }

        assertThat(counts.get("a"))
                .as("one key, half more than its part at most")
                .isBetween(35, 65);
    }

    @Requirement("P6.1.3-h")
    @Test
    void aClientStaysAtItsBackendHoweverBusyThatIs() throws Exception {
        BackendConfig[] three = {backend("a"), backend("b"), backend("c")};
        PoolConfig sticky =
                with(
                        config(Way.ROUND_ROBIN, three),
                        new StickyConfig(StickyConfig.By.CLIENT_IP, "C", Duration.ZERO));
        BackendPool pool = fixture.pool(sticky);
        Map<String, String> backends = new HashMap<>();
        for (int i = 1; i <= 200; i++) {
            String client = "10.1.2." + i;
            Member<Backend> member = pool.choose(key(client)).orElseThrow();
            member.began();
            backends.put(client, member.instance().name());
        }
        assertThat(new TreeSet<>(backends.values())).containsExactly("a", "b", "c");

        backends.forEach(
                (client, name) -> assertThat(nameOf(pool.choose(key(client)))).isEqualTo(name));
        member(pool, "b").ended(Ending.UNREACHED, 1);
        backends.forEach((client, name) -> {
            if (name.equals("b")) {
                assertThat(nameOf(pool.choose(key(client)))).isIn("a", "c");
            } else {
                assertThat(nameOf(pool.choose(key(client)))).as("others stay").isEqualTo(name);
            }
        });
    }

    @Test
    void aCellsRequestsGoToItsBackends() {
        BackendPool pool =
                fixture.pool(
                        config(
                                Way.ROUND_ROBIN,
                                backend("a", 100, "c1", Map.of()),
                                backend("b", 100, "c1", Map.of()),
                                backend("c", 100, "c2", Map.of())));

        assertThat(nameOf(pool.choose(1, "c1"))).isIn("a", "b");
        assertThat(nameOf(pool.choose(1, "c2"))).isEqualTo("c");
        assertThat(pool.choose(1, "c3")).isEmpty();
        member(pool, "a").ended(Ending.UNREACHED, 1);
        for (int i = 0; i < 20; i++) {
            assertThat(nameOf(pool.choose(i, "c1"))).isEqualTo("b");
        }
        pool.listed(List.of(backend("d", 100, "c3", Map.of()), backend("c", 100, "c2", Map.of())));
        assertThat(pool.choose(1, "c1")).isEmpty();
        assertThat(nameOf(pool.choose(1, "c3"))).isEqualTo("d");
    }

    @Test
    void labelsArePreferredAndTheBaseServesWhereThereAreNone() {
        Map<String, String> two = Map.of("version", "2");
        BackendPool pool =
                fixture.pool(
                        config(
                                Way.ROUND_ROBIN,
                                backend("a"),
                                backend("b", 100, "", two),
                                backend("c", 100, "", Map.of("version", "3"))));

        for (int i = 0; i < 20; i++) {
            assertThat(nameOf(pool.choose(i, "", two))).isEqualTo("b");
            assertThat(nameOf(pool.choose(i, "", two, each -> true))).isEqualTo("b");
        }
        member(pool, "b").ended(Ending.UNREACHED, 1);
        for (int i = 0; i < 20; i++) {
            assertThat(nameOf(pool.choose(i, "", two))).isEqualTo("a");
            assertThat(nameOf(pool.choose(i, "", two, each -> true))).isEqualTo("a");
        }
    }

    @Test
    void aFailingBackendIsOutWithinSecondsAndComesBackLittleByLittle() {
        PoolConfig config =
                config(Way.RANDOM, backend("a"), backend("b"), backend("c"), backend("d"));
        BackendPool pool = fixture.pool(config);
        fail(pool, "a", 5);

        assertThat(names(pool)).containsExactly("b", "c", "d");
        assertThat(state(pool, "a").ejected()).isTrue();
        assertThat(ejections("a")).isEqualTo(1);
        fixture.clock.advance(Duration.ofMillis(2_001));
        assertThat(chosen(pool, 1_000).getOrDefault("a", 0)).as("a tenth at first").isLessThan(80);
        fixture.clock.advance(Duration.ofSeconds(6));
        assertThat(chosen(pool, 1_000).get("a")).isGreaterThan(190);
    }

    @Test
    void aShareOfTheBackendsIsNeverEjected() {
        BackendPool pool =
                fixture.pool(
                        config(Way.RANDOM, backend("a"), backend("b"), backend("c"), backend("d")));
        for (String each : List.of("a", "b", "c", "d")) {
            fail(pool, each, 5);
        }

        assertThat(names(pool)).containsExactly("c", "d");
    }

    @Test
    void anotherConfigurationKeepsWhatIsKnownAndOrdered() {
        BackendPool pool =
                fixture.pool(config(Way.RANDOM, backend("a"), backend("b"), backend("c")));
        Member<Backend> a = member(pool, "a");
        a.began();
        fail(pool, "b", 5);
        fixture.orders.drain("shop", "c", true);

        pool.configure(
                config(Way.ROUND_ROBIN, backend("a"), backend("b"), backend("c"), backend("d")));

        assertThat(member(pool, "a")).isSameAs(a);
        assertThat(member(pool, "a").outstanding()).isEqualTo(1);
        assertThat(names(pool)).containsExactly("a", "d");
        fixture.orders.drain("shop", "c", false);
        fixture.clock.advance(Duration.ofMinutes(1));
        assertThat(names(pool)).containsExactly("a", "b", "c", "d");
    }

    @Test
    void operatorsWeighDrainAndBlock() {
        BackendPool pool = fixture.pool(config(Way.WEIGHTED, backend("a"), backend("b")));

        fixture.orders.weight("shop", "a", OptionalInt.of(300));
        assertThat(chosen(pool, 400)).isEqualTo(Map.of("a", 300, "b", 100));
        fixture.orders.drain("shop", "a", true);
        assertThat(names(pool)).containsExactly("b");
        fixture.orders.drain("shop", "b", true);
        assertThat(names(pool)).as("all drained: somebody must").containsExactly("a", "b");
        fixture.orders.block("shop", "a", true);
        assertThat(names(pool)).containsExactly("b");
        fixture.orders.block("shop", "b", true);
        assertThat(pool.choose(1)).as("blocked is blocked").isEmpty();
        assertThat(pool.states()).extracting(BackendState::name).containsExactly("a", "b");
        fixture.orders.order("shop", "a", BackendOrders.Order.NONE);
        assertThat(names(pool)).containsExactly("a");
        assertThat(state(pool, "a").weight()).isEqualTo(100);
    }

    @Test
    void theSiteIsLeftBelowItsShare() {
        BackendPool pool =
                fixture.pool(
                        config(
                                Way.RANDOM,
                                at("a", "east"),
                                at("b", "east"),
                                at("c", "east"),
                                at("d", "west")));

        assertThat(names(pool)).containsExactly("a", "b", "c");
        member(pool, "a").ended(Ending.UNREACHED, 1);
        assertThat(names(pool)).containsExactly("b", "c");
        member(pool, "b").ended(Ending.UNREACHED, 1);
        assertThat(names(pool)).containsExactly("c", "d");
    }

    private static void fail(BackendPool pool, String name, int times) {
        for (int i = 0; i < times; i++) {
            Member<Backend> member = member(pool, name);
            member.began();
            member.ended(Ending.FAILED, 1);
        }
    }

    private double ejections(String name) {
        return fixture.metrics
                .get("feiqian.gateway.backend.ejections")
                .tag("backend", name)
                .tag("reason", "CONSECUTIVE_FAILURES")
                .counter()
                .count();
    }

    private static long key(String client) {
        return BackendPool.keyOf(InetAddress.ofLiteral(client));
    }

    private static String nameOf(java.util.Optional<Member<Backend>> member) {
        return member.orElseThrow().instance().name();
    }

    private static BackendState state(BackendPool pool, String name) {
        return pool.states().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
