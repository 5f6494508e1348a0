package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.registry.spi.Candidacy;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Requirement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every adapter of the registry must do. */
@Timeout(60)
public abstract class RegistryContract {
    /** Another process's connection to the registry of this test. */
    protected abstract Registry connect() throws Exception;

    @Requirement({
        "P6.2.1-a",
        "P6.2.1-b",
        "P6.2.1-c",
        "P6.2.2.1-a",
        "P6.2.2.1-b",
        "P6.2.2.1-c",
        "D5.7-a"
    })
    @Test
    void whoRegistersIsSeenByThoseWhoWatchAndWhoAsks() throws Exception {
        try (Registry one = connect();
                Registry two = connect()) {
            Eventually<List<ServiceInstance>> both = Eventually.of(list -> list.size() == 2);
            one.watchInstances("cell", both::see);
            ServiceInstance first = cell("cell-1-a", 7101);
            ServiceInstance second =
                    new ServiceInstance(
                            "cell",
                            Optional.of(new CellId(2)),
                            "cell-2-a",
                            "::1",
                            7102,
                            Map.of("site", "north", "gray", "blue"));
            one.register(first, () -> true).registered().get(20, TimeUnit.SECONDS);
            two.register(second, () -> true).registered().get(20, TimeUnit.SECONDS);
            assertThat(both.await()).containsExactly(first, second);
            Eventually<List<ServiceInstance>> late = Eventually.of(list -> list.size() == 2);
            two.watchInstances("cell", late::see);
            late.await();
            assertThat(two.instances("cell")).containsExactly(first, second);
            assertThat(second.address()).isEqualTo("[::1]:7102");
        }
    }

    /** An adapter that cannot tell says so, and nothing else. */
    @Test
    void operatorsSeeWhoIsRegisteredWithoutWatching() throws Exception {
        try (Registry one = connect();
                Registry two = connect()) {
            ServiceInstance first = cell("cell-1-a", 7101);
            ServiceInstance second = cell("cell-1-b", 7102);
            Registration place = one.register(second, () -> true);
            place.registered().get(20, TimeUnit.SECONDS);
            one.register(first, () -> true).registered().get(20, TimeUnit.SECONDS);
            ServiceInstance other =
                    new ServiceInstance("gone", Optional.empty(), "g", "::1", 7103, Map.of());
            Registration gone = one.register(other, () -> true);
            gone.registered().get(20, TimeUnit.SECONDS);
            gone.close();
            List<String> roles;
            try {
                roles = two.roles().get(20, TimeUnit.SECONDS);
            } catch (ExecutionException cannot) {
                assertThat(cannot).hasCauseInstanceOf(UnsupportedOperationException.class);
                return;
            }
            assertThat(roles).containsExactly("cell");
            assertThat(two.listed("cell", 10).get(20, TimeUnit.SECONDS))
                    .containsExactly(first, second);
            assertThat(two.listed("cell", 1).get(20, TimeUnit.SECONDS)).containsExactly(first);
            assertThat(two.listed("nobody", 10).get(20, TimeUnit.SECONDS)).isEmpty();
            place.close();
            assertThat(two.listed("cell", 10).get(20, TimeUnit.SECONDS)).containsExactly(first);
        }
    }

    @Requirement("P6.2.2.3-a")
    @Test
    void anInstanceIsNotSeenBeforeItIsReady() throws Exception {
        try (Registry one = connect();
                Registry two = connect()) {
            AtomicBoolean ready = new AtomicBoolean();
            CompletableFuture<Boolean> asked = new CompletableFuture<>();
            Eventually<List<ServiceInstance>> seen = Eventually.of(list -> list.size() == 2);
            two.watchInstances("cell", seen::see);
            Registration slow =
                    one.register(
                            cell("slow", 7101),
                            () -> {
                                asked.complete(true);
                                return ready.get();
                            });
            asked.get(20, TimeUnit.SECONDS);
            one.register(cell("quick", 7102), () -> true).registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> quick = Eventually.of(list -> !list.isEmpty());
            two.watchInstances("cell", quick::see);
            assertThat(quick.await().stream().map(ServiceInstance::id)).containsExactly("quick");
            assertThat(slow.registered()).isNotDone();
            ready.set(true);
            assertThat(seen.await()).hasSize(2);
            assertThat(slow.registered()).succeedsWithin(20, TimeUnit.SECONDS);
        }
    }

    @Requirement({"P6.2.2.6-a", "P6.2.2.6-b"})
    @Test
    void whoLeavesIsOutOfTheRegistryAtOnce() throws Exception {
        try (Registry one = connect();
                Registry two = connect();
                Registry three = connect()) {
            Registration leaving = one.register(cell("a", 7101), () -> true);
            Registration staying = one.register(cell("b", 7102), () -> true);
            leaving.registered().get(20, TimeUnit.SECONDS);
            staying.registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> both = Eventually.of(list -> list.size() == 2);
            two.watchInstances("cell", both::see);
            both.await();
            Eventually<List<ServiceInstance>> rest = Eventually.of(list -> list.size() == 1);
            two.watchInstances("cell", rest::see);
            leaving.close();
            // A process that asks after the leave returned finds nothing of it any more.
            Eventually<List<ServiceInstance>> first = Eventually.of(list -> !list.isEmpty());
            three.watchInstances("cell", first::see);
            assertThat(first.await()).containsExactly(cell("b", 7102));
            assertThat(rest.await()).containsExactly(cell("b", 7102));
            leaving.close();
        }
    }

    @Test
    void whatIsSaidOfAnInstanceChangesWithoutItsLeaving() throws Exception {
        try (Registry one = connect();
                Registry two = connect()) {
            ServiceInstance first = cell("a", 7101).with("weight", "100");
            Registration place = one.register(first, () -> true);
            place.registered().get(20, TimeUnit.SECONDS);
            List<List<ServiceInstance>> seen = new CopyOnWriteArrayList<>();
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            two.watchInstances("cell", there::see);
            there.await();
            two.watchInstances("cell", seen::add);
            Eventually<List<ServiceInstance>> lighter =
                    Eventually.of(list -> list.equals(List.of(first.with("weight", "0"))));
            two.watchInstances("cell", lighter::see);
            place.change(first.with("weight", "50"));
            place.change(first.with("weight", "0"));
            lighter.await();
            assertThat(seen).allSatisfy(list -> assertThat(list).hasSize(1));
            assertThatThrownBy(() -> place.change(cell("b", 7101)))
                    .hasMessageContaining("expected: a of role cell");
            Eventually<List<ServiceInstance>> gone = Eventually.of(List::isEmpty);
            two.watchInstances("cell", gone::see);
            place.close();
            place.change(first);
            gone.await();
            assertThat(two.doubted()).isEmpty();
        }
    }

    @Requirement("P6.2.1-e")
    @Test
    void whoLeavesAndComesBackIsSeenAgain() throws Exception {
        try (Registry one = connect();
                Registry two = connect()) {
            Registration first = one.register(cell("a", 7101), () -> true);
            first.registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            two.watchInstances("cell", there::see);
            there.await();
            Eventually<List<ServiceInstance>> gone = Eventually.of(List::isEmpty);
            two.watchInstances("cell", gone::see);
            first.close();
            gone.await();
            Eventually<List<ServiceInstance>> again =
                    Eventually.of(list -> list.equals(List.of(cell("a", 7109))));
            two.watchInstances("cell", again::see);
            one.register(cell("a", 7109), () -> true).registered().get(20, TimeUnit.SECONDS);
            again.await();
            assertThat(two.doubted()).isEmpty();
        }
    }

    @Requirement("B6.3-a")
    @Test
    void whoClosesLeavesWithEverything() throws Exception {
        try (Registry two = connect()) {
            Registry one = connect();
            one.register(cell("a", 7101), () -> true).registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            two.watchInstances("cell", there::see);
            there.await();
            Eventually<List<ServiceInstance>> gone = Eventually.of(List::isEmpty);
            two.watchInstances("cell", gone::see);
            one.close();
            gone.await();
        }
    }

    @Test
    void ofTwoWhoChangeADocumentOnlyTheFirstDoes() throws Exception {
        try (Registry one = connect();
                Registry two = connect()) {
            assertThat(one.fetch("route-map").get(20, TimeUnit.SECONDS)).isEmpty();
            Document first = new Document("route-map", 1, "one");
            Document second = new Document("route-map", 2, "two");
            assertThat(publish(one, 0, "one")).isEqualTo(new Publication.Published(first));
            assertThat(publish(two, 0, "other"))
                    .isEqualTo(new Publication.Outdated(Optional.of(first)));
            assertThat(publish(two, 1, "two")).isEqualTo(new Publication.Published(second));
            assertThat(publish(one, 1, "late"))
                    .isEqualTo(new Publication.Outdated(Optional.of(second)));
            assertThat(one.fetch("route-map").get(20, TimeUnit.SECONDS)).contains(second);
            assertThat(two.publish("other", 5, "x").get(20, TimeUnit.SECONDS))
                    .isEqualTo(new Publication.Outdated(Optional.empty()));
        }
    }

    @Test
    void aChangedDocumentIsToldToThoseWhoWatchEvenBeforeItIsThere() throws Exception {
        try (Registry one = connect();
                Registry two = connect()) {
            Eventually<Document> first = Eventually.of(d -> d.version() == 1);
            Eventually<Document> third = Eventually.of(d -> d.version() == 3);
            Runnable end = two.watchDocument("route-map", first::see);
            two.watchDocument("route-map", third::see);
            two.fetch("route-map").get(20, TimeUnit.SECONDS);
            publish(one, 0, "one");
            assertThat(first.await().content()).isEqualTo("one");
            end.run();
            publish(one, 1, "two");
            publish(one, 2, "three");
            assertThat(third.await().content()).isEqualTo("three");
            assertThat(two.document("route-map")).contains(new Document("route-map", 3, "three"));
        }
    }

    @Test
    void oneCandidateLeadsAndTheNextFollowsWhenItStandsDown() throws Exception {
        try (Registry one = connect();
                Registry two = connect()) {
            Eventually<Boolean> firstLeads = Eventually.of(leads -> leads);
            Candidacy first = one.stand("recovery", "a");
            first.onChange(firstLeads::see);
            firstLeads.await();
            Eventually<Boolean> secondLeads = Eventually.of(leads -> leads);
            Candidacy second = two.stand("recovery", "b");
            second.onChange(secondLeads::see);
            assertThat(first.isLeader()).isTrue();
            assertThat(second.isLeader()).isFalse();
            first.close();
            secondLeads.await();
            assertThat(first.isLeader()).isFalse();
            assertThat(second.isLeader()).isTrue();
        }
    }

    protected static ServiceInstance cell(String id, int port) {
        return ServiceInstance.of(new CellId(1), id, "127.0.0.1", port);
    }

    private static Publication publish(Registry by, long expectedVersion, String content)
            throws Exception {
        return by.publish("route-map", expectedVersion, content).get(20, TimeUnit.SECONDS);
    }
}
