package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.proxy.AccessLogConfig;
import io.feiqian.proxy.BackendTimeouts;
import io.feiqian.proxy.BoundsConfig;
import io.feiqian.proxy.ClientTimeouts;
import io.feiqian.proxy.RewriteConfig;
import io.feiqian.proxy.StickyConfig;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients see while backends, clients and disks fail. */
@SuppressWarnings("StringConcatToTextBlock") // Line ends are what it is about.
class FaultsTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Shop one = new Shop("one");
    private final Shop two = new Shop("two");
    @TempDir private Path folder;
    private Door door = new Door(new Door.Plan().config());

    @AfterEach
    void stop() {
        door.close();
        one.close();
        two.close();
    }

    private Door.Plan plan(BackendTimeouts timeouts, Shop... shops) {
        return new Door.Plan()
                .pool("shops", timeouts, StickyConfig.NONE, 1_024, shops)
                .route("all", "/", "shops");
    }

    private void open(Door.Plan plan) {
        door.close();
        door = new Door(plan.config());
    }

    private static String request(String verb) {
        return verb + " / HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    @Test
    @Requirement("P6.1.3-l")
    void aBackendThatHangsIsGivenUpAndNobodyRepeatsWhatMayHaveHappened() {
        open(plan(new BackendTimeouts(LONG, SHORT, LONG, LONG), one, two));
        one.behave((wire, request) -> {});
        two.behave((wire, request) -> {});

        Wire.Message read = Wire.exchange(door.port(), request("GET"));
        Wire.Message change = Wire.exchange(door.port(), request("POST"));

        assertThat(read.status()).isEqualTo(504);
        assertThat(read.body()).contains("\"code\":" + OutcomeCode.DEADLINE_EXPIRED.number());
        assertThat(change.status()).isEqualTo(504);
        assertThat(change.body()).contains("\"code\":" + OutcomeCode.UNKNOWN.number());
        // What reads was tried at both, what may have changed something at one of them only.
        assertThat(one.seen.size() + two.seen.size()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"})
    void whatOnlyReadsIsTriedElsewhereAfterSilenceAndNonsense(String said) {
        open(plan(new BackendTimeouts(LONG, SHORT, LONG, LONG), one, two));
        one.behave((wire, request) -> wire.send(said));

        for (int i = 0; i < 4; i++) {
            assertThat(Wire.exchange(door.port(), request("GET")).status()).isEqualTo(200);
        }
    }

    @Test
    void aBackendThatPausesInTheMiddleOfItsAnswerIsGivenUp() {
        open(plan(new BackendTimeouts(LONG, LONG, SHORT, LONG), one));
        one.behave((wire, request) -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));

        Wire.Message answer = Wire.exchange(door.port(), request("GET"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.whole()).isFalse();
    }

    @Test
    void theTimeOfTheRouteIncludesEverything() {
        open(
                new Door.Plan()
                        .pool("shops", one)
                        .route("all", "/", "shops", RewriteConfig.NONE, 100, SHORT, 3));
        one.behave((wire, request) -> {});

        assertThat(Wire.exchange(door.port(), request("GET")).status()).isEqualTo(504);
        assertThat(one.seen).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
    void whatMayBeRepeatedIsTriedAtAnotherBackendWhenOneClosesUnanswered(String verb) {
        open(plan(BackendTimeouts.USUAL, one, two));
        one.behave((wire, request) -> wire.close());

        for (int i = 0; i < 4; i++) {
            try (Wire wire = new Wire(door.port())) {
                assertThat(wire.send(request(verb)).read(false).status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH", "ODD"})
    void whatMayHaveChangedSomethingIsNeverRepeated(String verb) {
        open(plan(BackendTimeouts.USUAL, one, two));
        one.behave((wire, request) -> wire.close());
        two.behave((wire, request) -> wire.close());

        Wire.Message answer = Wire.exchange(door.port(), request(verb));

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body()).contains("\"code\":" + OutcomeCode.UNKNOWN.number());
        assertThat(one.seen.size() + two.seen.size()).isEqualTo(1);
    }

    @Test
    void aBodyThatHasPassedIsNeverSentTwice() {
        open(plan(BackendTimeouts.USUAL, one, two));
        one.behave((wire, request) -> wire.close());
        two.behave((wire, request) -> wire.close());

        Wire.Message answer =
                Wire.exchange(
                        door.port(), "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(one.seen.size() + two.seen.size()).isEqualTo(1);
    }

    @Test
    void aBackendThatIsNotThereIsPassedOverEvenForChangesSinceNothingWasSent() {
        open(plan(BackendTimeouts.USUAL, one, two));
        one.close();

        for (int i = 0; i < 6; i++) {
            Wire.Message answer =
                    Wire.exchange(
                            door.port(),
                            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(two.seen).hasSize(6).allMatch(each -> each.body().equals("abc"));
    }

    @Test
    void whereNobodyIsThereTheAnswerSaysSo() {
        open(plan(BackendTimeouts.USUAL, one));
        one.close();

        Wire.Message answer = Wire.exchange(door.port(), request("GET"));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("\"code\":" + OutcomeCode.SERVICE_UNAVAILABLE.number());
        assertThat(answer.field("retry-after")).isNotEmpty();
    }

    @Test
    void aBackendKilledInTheMiddleOfARequestIsToldAndTheNextOneServes() {
        open(plan(BackendTimeouts.USUAL, one, two));
        CountDownLatch begun = new CountDownLatch(1);
        one.behave((wire, request) -> begun.countDown());
        two.behave((wire, request) -> begun.countDown());
        try (Wire wire = new Wire(door.port())) {
            wire.send(request("POST"));
            begun.await();
            one.open.forEach(FaultsTest::kill);
            two.open.forEach(FaultsTest::kill);
            assertThat(wire.read().status()).isEqualTo(502);
            two.behave((there, request) -> there.send(Shop.answer("alive")));
            one.behave((there, request) -> there.send(Shop.answer("alive")));
            assertThat(wire.send(request("POST")).read().body()).isEqualTo("alive");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static void kill(java.net.Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (java.io.IOException gone) {
            // So it is.
        }
    }

    @Test
    void aClientThatIsGoneCancelsItsRequest() {
        open(plan(BackendTimeouts.USUAL, one));
        one.behave((wire, request) -> {});
        try (Wire wire = new Wire(door.port())) {
            wire.send(request("GET"));
            await(() -> one.seen.size() == 1);
            assertThat(one.open).hasSize(1);
            wire.reset();
            await(() -> one.open.isEmpty());
            await(() -> door.layer.requests() == 0);
        }
    }

    @Test
    void aClientThatGoesInTheMiddleOfItsBodyLeavesNothingBehind() {
        open(plan(BackendTimeouts.USUAL, one));
        try (Wire wire = new Wire(door.port())) {
            wire.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
            await(() -> one.open.size() == 1);
        }
        await(() -> one.open.isEmpty());
        await(() -> door.layer.requests() == 0);
        assertThat(one.seen).noneMatch(Wire.Message::whole);
    }

    @Test
    @Requirement("P6.1.3-l")
    void slowClientsAreCutOff() {
        open(
                plan(BackendTimeouts.USUAL, one)
                        .times(new ClientTimeouts(SHORT, SHORT, SHORT, LONG, SHORT, LONG)));
        try (Wire head = new Wire(door.port());
                Wire body = new Wire(door.port())) {
            head.send("GET / HTTP/1.1\r\nHos");
            body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
            assertThat(head.read().status()).isEqualTo(408);
            assertThat(body.read().status()).isEqualTo(408);
            assertThat(head.isClosed()).isTrue();
            assertThat(body.isClosed()).isTrue();
        }
        one.behave((wire, request) -> wire.send(Shop.answer("x".repeat(50 << 20))));
        try (Wire taker = new Wire(door.port())) {
            taker.send(request("GET"));
            await(() -> door.layer.requests() == 1);
            await(() -> door.layer.requests() == 0);
            await(() -> door.layer.connections("web") == 0);
        }
    }

    @Test
    @Requirement("P6.1.3-k")
    void moreRequestsThanTheBoundAreRefusedAtOnce() {
        open(plan(BackendTimeouts.USUAL, one).bounds(new BoundsConfig(100, 1, false)));
        one.behave((wire, request) -> {});
        try (Wire first = new Wire(door.port())) {
            first.send(request("GET"));
            await(() -> one.seen.size() == 1);
            Wire.Message refused = Wire.exchange(door.port(), request("GET"));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).contains("\"code\":" + OutcomeCode.OVERLOADED.number());
        }
    }

    @Test
    void moreConnectionsToABackendThanItMayHaveAreNotMadeAndRequestsWait() {
        door.close();
        door =
                new Door(
                        new Door.Plan()
                                .pool("shops", BackendTimeouts.USUAL, StickyConfig.NONE, 2, one)
                                .route("all", "/", "shops")
                                .config());
        CountDownLatch go = new CountDownLatch(1);
        one.behave((wire, request) -> {
            try {
                go.await();
            } catch (InterruptedException stop) {
                return;
            }
            wire.send(Shop.answer("there"));
        });
        List<Wire> wires =
                java.util.stream.IntStream.range(0, 10)
                        .mapToObj(i -> new Wire(door.port()).send(request("GET")))
                        .toList();
        await(() -> door.layer.requests() == 10);
        assertThat(one.open).hasSizeLessThanOrEqualTo(2);
        go.countDown();
        for (Wire each : wires) {
            assertThat(each.read().body()).isEqualTo("there");
            each.close();
        }
        // One that was closed for another event loop's sake may still be on its way out.
        await(() -> one.open.size() <= 2);
    }

    @Test
    @Requirement("P6.1.3-h")
    void aCookieKeepsAClientAtItsBackend() {
        door.close();
        door =
                new Door(
                        new Door.Plan()
                                .pool(
                                        "shops",
                                        BackendTimeouts.USUAL,
                                        new StickyConfig(
                                                StickyConfig.By.COOKIE, "STAY", Duration.ZERO),
                                        100,
                                        one,
                                        two)
                                .route("all", "/", "shops")
                                .config());
        Wire.Message first = Wire.exchange(door.port(), request("GET"));
        String cookie = first.field("set-cookie").split(";", 2)[0];
        assertThat(cookie).startsWith("STAY=");
        for (int i = 0; i < 6; i++) {
            Wire.Message next =
                    Wire.exchange(
                            door.port(),
                            "GET / HTTP/1.1\r\nHost: a\r\nCookie: x=y; " + cookie + "\r\n\r\n");
            assertThat(next.body()).isEqualTo(first.body());
            assertThat(next.fields()).doesNotContainKey("set-cookie");
        }
    }

    @Test
    void pathsAndHeadersAreRewritten() {
        open(
                new Door.Plan()
                        .pool("shops", one)
                        .route(
                                "all",
                                "/a/",
                                "shops",
                                new RewriteConfig(
                                        Optional.of("/b/c/"),
                                        Optional.of("inside"),
                                        Map.of("X-Who", "{client}!"),
                                        List.of("X-Secret"),
                                        Map.of("X-Out", "1"),
                                        List.of("Server")),
                                100,
                                LONG,
                                0));
        one.behave((wire, request) -> wire.send(Shop.answer("", "Server: own")));
        Wire.Message answer =
                Wire.exchange(
                        door.port(), "GET /a/x?y=z HTTP/1.1\r\nHost: a\r\nX-Secret: s\r\n\r\n");

        assertThat(answer.field("x-out")).isEqualTo("1");
        assertThat(answer.fields()).doesNotContainKey("server");
        Wire.Message seen = one.seen.getFirst();
        assertThat(seen.first()).isEqualTo("GET /b/c/x?y=z HTTP/1.1");
        assertThat(seen.field("host")).isEqualTo("inside");
        assertThat(seen.field("x-who")).isEqualTo("127.0.0.1!");
        assertThat(seen.fields()).doesNotContainKey("x-secret");
    }

    @Test
    void whoIsTrustedSaysWhoStandsBehindIt() {
        open(plan(BackendTimeouts.USUAL, one).trusting("127.0.0.0/8", "10.0.0.0/8"));
        Wire.exchange(
                door.port(),
                "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, 10.0.0.7\r\n"
                        + "X-Forwarded-Proto: https\r\nForwarded: for=6.6.6.6\r\n\r\n");

        Wire.Message seen = one.seen.getFirst();
        assertThat(seen.field("x-forwarded-for")).isEqualTo("6.6.6.6, 10.0.0.7, 127.0.0.1");
        assertThat(seen.field("x-forwarded-proto")).isEqualTo("https");
        assertThat(seen.field("forwarded")).isEqualTo("for=6.6.6.6, for=127.0.0.1;proto=http");
    }

    @Test
    void eachRequestIsALineOfTheAccessLogWithoutItsQuery() throws Exception {
        Path file = folder.resolve("access.log");
        open(
                plan(BackendTimeouts.USUAL, one)
                        .log(new AccessLogConfig(Optional.of(file), 1, 1 << 20, 2)));
        Wire.exchange(
                door.port(),
                "GET /pay?pin=1234 HTTP/1.1\r\nHost: a\r\nFeiqian-Trace-Number: 77\r\n\r\n");
        door.close();

        String line = Files.readString(file);
        var json = new com.fasterxml.jackson.databind.ObjectMapper().readTree(line);
        assertThat(json.path("path").asText()).isEqualTo("/pay");
        assertThat(json.path("status").asInt()).isEqualTo(200);
        assertThat(json.path("route").asText()).isEqualTo("all");
        assertThat(json.path("backend").asText()).isEqualTo("127.0.0.1:" + one.port());
        assertThat(json.path("trace").asText()).isEqualTo("77");
        assertThat(json.path("bytes_out").asInt()).isEqualTo("said by one".length());
        assertThat(json.path("client").asText()).isEqualTo("127.0.0.1");
        assertThat(java.time.Instant.parse(json.path("time").asText())).isNotNull();
        assertThat(line).doesNotContain("1234");
    }

    @Test
    void aFullDiskLosesLinesThatAreCountedAndHoldsUpNobody() {
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")));
        open(
                plan(BackendTimeouts.USUAL, one)
                        .log(
                                new AccessLogConfig(
                                        Optional.of(Path.of("/dev/full")), 1, 1 << 20, 2)));
        for (int i = 0; i < 10; i++) {
            assertThat(Wire.exchange(door.port(), request("GET")).status()).isEqualTo(200);
        }
        await(() -> door.metrics.get("feiqian.gateway.log.lost").counter().count() == 10);
    }

    @Test
    @Requirement("P6.2.2.6-c")
    void aGatewayThatStopsAnswersWhatIsInFlightAndSaysThatItGoes() throws Exception {
        open(plan(BackendTimeouts.USUAL, one));
        CountDownLatch go = new CountDownLatch(1);
        one.behave((wire, request) -> {
            try {
                go.await();
            } catch (InterruptedException stop) {
                return;
            }
            wire.send(Shop.answer("late"));
        });
        try (Wire wire = new Wire(door.port())) {
            wire.send(request("GET"));
            await(() -> one.seen.size() == 1);
            CompletableFuture<Boolean> stopped =
                    CompletableFuture.supplyAsync(
                            () -> door.layer.stop(LONG), Thread::startVirtualThread);
            await(door.layer::isStopping);
            go.countDown();
            Wire.Message answer = wire.read();
            assertThat(answer.body()).isEqualTo("late");
            assertThat(answer.field("connection")).isEqualTo("close");
            assertThat(stopped.get()).isTrue();
        }
    }

    @Test
    void aNewConfigurationHoldsForTheNextRequestAndOldOnesEndByTheirs() {
        Door.Plan before = plan(BackendTimeouts.USUAL, one);
        open(before);
        CountDownLatch go = new CountDownLatch(1);
        one.behave((wire, request) -> {
            try {
                go.await();
            } catch (InterruptedException stop) {
                return;
            }
            wire.send(Shop.answer("old"));
        });
        try (Wire old = new Wire(door.port());
                Wire other = new Wire(door.port())) {
            old.send(request("GET"));
            await(() -> one.seen.size() == 1);
            PoolRun pools = door.layer.routing().pool("shops");
            door.layer.take(plan(BackendTimeouts.USUAL, two).config());
            assertThat(other.send(request("GET")).read().body()).isEqualTo("said by two");
            assertThat(door.layer.routing().pool("shops")).isNotSameAs(pools);
            go.countDown();
            assertThat(old.read().body()).isEqualTo("old");
            assertThat(old.send(request("GET")).read().body()).isEqualTo("said by two");
            PoolRun now = door.layer.routing().pool("shops");
            door.layer.take(
                    plan(BackendTimeouts.USUAL, two).route("more", "/more/", "shops").config());
            assertThat(door.layer.routing().pool("shops"))
                    .as("a pool that did not change")
                    .isSameAs(now);
        }
    }

    @Test
    @Requirement("M6.6-9")
    void theAdaptiveLimitIsTheOneOfTheServiceGovernance() {
        open(plan(BackendTimeouts.USUAL, one).bounds(new BoundsConfig(1_000, 20, true)));
        one.behave((wire, request) -> {});
        List<Wire> wires =
                java.util.stream.IntStream.range(0, 20)
                        .mapToObj(i -> new Wire(door.port()).send(request("GET")))
                        .toList();
        await(() -> one.seen.size() == 20);
        assertThat(Wire.exchange(door.port(), request("GET")).status()).isEqualTo(503);
        wires.forEach(Wire::close);
    }
}
