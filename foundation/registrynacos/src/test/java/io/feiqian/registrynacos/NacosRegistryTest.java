package io.feiqian.registrynacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.registry.Eventually;
import io.feiqian.registry.RegistryContract;
import io.feiqian.registry.RegistryEntry;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Candidacy;
import io.feiqian.registry.spi.InstanceProbe;
import io.feiqian.registry.spi.InstanceProbe.Answer;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The contract on a Nacos that is given: {@code FEIQIAN_NACOS=host:port}, an empty standalone
 * server. Without it everything here is skipped and counted as such, since no Nacos server is
 * published where this build could fetch it from.
 */
class NacosRegistryTest extends RegistryContract {
    private static final String GIVEN =
            Optional.ofNullable(System.getenv("FEIQIAN_NACOS")).orElse("");
    private static final String MISSING =
            "no Nacos given (FEIQIAN_NACOS=host:port): the adapter was not tried";
    private static final Duration HANDOVER = Duration.ofSeconds(2);
    private static int namespaces;

    private final String tenant;

    NacosRegistryTest() {
        namespaces++;
        // Each test sees a part of its own, since the server outlives it.
        tenant = "t" + ProcessHandle.current().pid() + "-" + namespaces;
    }

    @BeforeAll
    static void needsNacos() {
        assumeTrue(!GIVEN.isEmpty(), MISSING);
    }

    @Override
    protected Registry connect() {
        return connect(Optional.of(tenant));
    }

    @Test
    void whoLeavesIsBelievedAndNotAsked() throws Exception {
        InstanceProbe alive = (_, _) -> CompletableFuture.completedFuture(Answer.ALIVE);
        try (Registry cell = connect();
                Registry gateway = NacosRegistry.start(config(), alive)) {
            Registration leaving = cell.register(cell("a", 7101), () -> true);
            leaving.registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            gateway.watchInstances("cell", there::see);
            there.await();
            Eventually<List<ServiceInstance>> gone = Eventually.of(List::isEmpty);
            gateway.watchInstances("cell", gone::see);
            leaving.close();
            gone.await();
        }
    }

    @Test
    void whoLosesItsConnectionIsServedAsLongAsItAnswers() throws Exception {
        InstanceProbe alive = (_, _) -> CompletableFuture.completedFuture(Answer.ALIVE);
        try (Registry gateway = NacosRegistry.start(config(), alive)) {
            NacosLink lost = new NacosLink(config());
            lost.register(
                    "cell", List.of(NacosPlaces.form(new RegistryEntry(cell("a", 7101), "1"))));
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            gateway.watchInstances("cell", there::see);
            there.await();
            Eventually<List<ServiceInstance>> both = Eventually.of(list -> list.size() == 2);
            gateway.watchInstances("cell", both::see);
            lost.close();
            // In a list that Nacos gives after it lost the first, both are served.
            try (Registry late = connect()) {
                Eventually<List<ServiceInstance>> empty = Eventually.of(List::isEmpty);
                late.watchInstances("cell", empty::see);
                empty.await();
                late.register(cell("b", 7102), () -> true).registered().get(20, TimeUnit.SECONDS);
                both.await();
                assertThat(gateway.doubted())
                        .extracting(each -> each.instance().id())
                        .containsExactly("a");
            }
        }
    }

    @Test
    void ofTwoProcessesOfOneNameTheLaterIsServed() throws Exception {
        try (Registry before = connect();
                Registry after = connect();
                Registry gateway = connect()) {
            before.register(cell("a", 7101), () -> true).registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> moved =
                    Eventually.of(list -> list.equals(List.of(cell("a", 7999))));
            gateway.watchInstances("cell", moved::see);
            after.register(cell("a", 7999), () -> true).registered().get(20, TimeUnit.SECONDS);
            moved.await();
        }
    }

    @Test
    void allThatAProcessRegistersUnderOneRoleIsSeen() throws Exception {
        try (Registry cell = connect();
                Registry gateway = connect()) {
            Eventually<List<ServiceInstance>> all = Eventually.of(list -> list.size() == 3);
            gateway.watchInstances("cell", all::see);
            for (String id : List.of("a", "b", "c")) {
                cell.register(cell(id, 7_000 + id.charAt(0)), () -> true)
                        .registered()
                        .get(20, TimeUnit.SECONDS);
            }
            all.await();
        }
    }

    @Test
    void whoTakesThePlaceOfALeaderThatVanishedWaitsForItFirst() throws Exception {
        NacosLink ghost = new NacosLink(config());
        SharedText text = new SharedText("election.recovery", Runnable::run, _ -> {});
        ObjectNode leads = SharedText.JSON.createObjectNode().put("leader", "ghost-1");
        assertThat(text.replace(ghost, text.read(ghost), leads, "1"))
                .isEqualTo(SharedText.Change.MADE);
        ghost.close();
        try (Registry one = connect()) {
            long begin = Clock.system().nanos();
            Candidacy candidacy = one.stand("recovery", "a");
            Eventually<Boolean> now = Eventually.of(each -> each);
            candidacy.onChange(now::see);
            now.await();
            assertThat(Duration.ofNanos(Clock.system().nanos() - begin)).isGreaterThan(HANDOVER);
        }
    }

    @Test
    void ofTwoWhoSawATextAtTheSameTimeOnlyTheFirstChangesIt() throws Exception {
        SharedText text = new SharedText("document.race", Runnable::run, _ -> {});
        try (NacosLink one = new NacosLink(config());
                NacosLink two = new NacosLink(config())) {
            // Also where there was none yet.
            SharedText.Seen seen = text.read(one);
            assertThat(text.read(two)).isEqualTo(seen);
            ObjectNode mine = SharedText.JSON.createObjectNode().put("version", 1);
            ObjectNode other = SharedText.JSON.createObjectNode().put("version", 1);
            assertThat(text.replace(one, seen, mine, "1")).isEqualTo(SharedText.Change.MADE);
            assertThat(text.replace(two, seen, other, "2")).isNotEqualTo(SharedText.Change.MADE);
            assertThat(two.replace("document.race", Optional.of(mine.toString()), "{}")).isTrue();
        }
    }

    @Test
    void whoWatchesIsNotKnownToNacosAndSaidSo() {
        try (Registry one = connect()) {
            Assertions.assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> one.subscribers("cell").get(20, TimeUnit.SECONDS))
                    .withCauseInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void tenantsSeeNothingOfEachOther() throws Exception {
        try (Registry red = connect();
                Registry blue = connect(Optional.of(tenant + "-blue"))) {
            red.register(cell("a", 7101), () -> true).registered().get(20, TimeUnit.SECONDS);
            red.publish("d", 0, "red").get(20, TimeUnit.SECONDS);
            blue.register(cell("b", 7102), () -> true).registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> seen = Eventually.of(list -> !list.isEmpty());
            blue.watchInstances("cell", seen::see);
            assertThat(seen.await()).containsExactly(cell("b", 7102));
            assertThat(blue.fetch("d").get(20, TimeUnit.SECONDS)).isEmpty();
        }
    }

    private NacosConfig config() {
        return config(Optional.of(tenant));
    }

    private static NacosRegistry connect(Optional<String> tenant) {
        return NacosRegistry.start(config(tenant));
    }

    private static NacosConfig config(Optional<String> tenant) {
        return new NacosConfig(
                GIVEN,
                tenant,
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(20),
                HANDOVER,
                Duration.ofSeconds(1));
    }
}
