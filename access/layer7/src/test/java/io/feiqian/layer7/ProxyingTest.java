package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests and answers as both sides see them, over real connections. */
@SuppressWarnings("StringConcatToTextBlock") // Line ends are what it is about.
class ProxyingTest {
    private final Shop shop = new Shop("one");
    private final Door door =
            new Door(
                    new Door.Plan()
                            .pool("shops", shop)
                            .route("api", "/api/", "")
                            .route("all", "/", "shops")
                            .config());

    @AfterEach
    void stop() {
        door.close();
        shop.close();
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n";
    }

    @Test
    @Requirement("P6.1.3-d")
    void aRequestReachesTheBackendAndItsAnswerTheClient() {
        Wire.Message answer =
                Wire.exchange(
                        door.port(),
                        "POST /a?b=c HTTP/1.1\r\nHost: test\r\nX-Some: thing\r\n"
                                + "Connection: keep-alive, x-hop\r\nX-Hop: 1\r\nTE: trailers\r\n"
                                + "X-Forwarded-For: 6.6.6.6\r\nContent-Length: 5\r\n\r\nhello");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("said by one");
        Wire.Message seen = shop.seen.getFirst();
        assertThat(seen.first()).isEqualTo("POST /a?b=c HTTP/1.1");
        assertThat(seen.body()).isEqualTo("hello");
        assertThat(seen.field("host")).isEqualTo("test");
        assertThat(seen.field("x-some")).isEqualTo("thing");
        assertThat(seen.field("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(seen.field("x-forwarded-proto")).isEqualTo("http");
        assertThat(seen.fields()).doesNotContainKeys("connection", "x-hop", "te");
    }

    @Test
    void connectionsToTheBackendAreUsedAgain() {
        try (Wire wire = new Wire(door.port())) {
            for (int i = 0; i < 20; i++) {
                assertThat(wire.send(get("/" + i)).read().status()).isEqualTo(200);
            }
        }
        assertThat(shop.open).hasSize(1);
        assertThat(shop.seen).hasSize(20);
    }

    @Test
    void twentyPipelinedRequestsAreAnsweredInTheirOrder() {
        shop.behave((wire, request) -> wire.send(Shop.answer(request.first())));
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            all.append(
                    i % 2 == 0
                            ? get("/" + i)
                            : "POST /" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab");
        }
        try (Wire wire = new Wire(door.port())) {
            wire.send(all.toString());
            for (int i = 0; i < 20; i++) {
                assertThat(wire.read().body()).contains(" /" + i + " ");
            }
        }
    }

    @Test
    void oneThousandPipelinedRequestsThatAreAnsweredHereDoNotPileUp() {
        try (Wire wire = new Wire(door.port())) {
            wire.send(get("/api/x").repeat(1_000));
            for (int i = 0; i < 1_000; i++) {
                assertThat(wire.read().body()).isEqualTo("api /api/x");
            }
        }
    }

    @Test
    void requestsMayComeByteByByte() {
        try (Wire wire = new Wire(door.port())) {
            "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                    .chars()
                    .forEach(c -> wire.send(Character.toString(c)));
            assertThat(wire.read().status()).isEqualTo(200);
        }
        assertThat(shop.seen.getFirst().body()).isEqualTo("abc");
    }

    @Test
    void chunksPassBothWaysWithTheirTrailers() {
        shop.behave((wire, request) ->
                wire.send(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "4;ext=1\r\nfour\r\n5\r\nfiver\r\n0\r\nX-Sum: 9\r\n\r\n"));
        Wire.Message answer =
                Wire.exchange(
                        door.port(),
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "3;a=b\r\nabc\r\n0\r\nX-Check: 3\r\nHost: evil\r\n\r\n");
        assertThat(answer.body()).isEqualTo("fourfiver");
        assertThat(answer.field("trailer-x-sum")).isEqualTo("9");
        assertThat(shop.seen.getFirst().body()).isEqualTo("abc");
        assertThat(shop.seen.getFirst().field("trailer-x-check")).isEqualTo("3");
        assertThat(shop.seen.getFirst().fields()).doesNotContainKey("trailer-host");
    }

    @Test
    void aBodyThatAGuardMustSeeFirstComesToTheBackendWithItsEnd() {
        io.feiqian.proxy.spi.Guard guard =
                new io.feiqian.proxy.spi.Guard() {
                    @Override
                    public boolean wantsBody(io.feiqian.proxy.RouteConfig route) {
                        return true;
                    }

                    @Override
                    public io.feiqian.proxy.Verdict judge(
                            io.feiqian.proxy.RouteConfig route,
                            io.feiqian.proxy.HttpQuestion question,
                            io.feiqian.proxy.Client client) {
                        assertThat(question.body().toStringUtf8()).isEqualTo("abcdef");
                        return new io.feiqian.proxy.Verdict.Admitted(
                                io.feiqian.proxy.Caller.ANYBODY, java.util.Map.of());
                    }
                };
        try (Door guarded =
                        new Door(
                                new Door.Plan()
                                        .pool("shops", shop)
                                        .route("all", "/", "shops")
                                        .config(),
                                parts ->
                                        Layer7Parts.of(
                                                parts.answering(),
                                                guard,
                                                parts.tracing(),
                                                parts.metrics(),
                                                parts.clock(),
                                                parts.timer(),
                                                parts.randomness()));
                Wire wire = new Wire(guarded.port())) {
            wire.send(
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
            assertThat(wire.read().status()).isEqualTo(200);
            wire.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabcdef");
            assertThat(wire.read().status()).isEqualTo(200);
        }
        assertThat(shop.seen).hasSize(2).allMatch(each -> each.body().equals("abcdef"));
    }

    @Test
    void anAnswerThatEndsWithItsConnectionIsPassedOnWhole() {
        shop.behave((wire, request) -> {
            wire.send("HTTP/1.1 200 OK\r\n\r\nuntil the end");
            wire.close();
        });
        try (Wire wire = new Wire(door.port())) {
            Wire.Message answer = wire.send(get("/")).read();
            assertThat(answer.body()).isEqualTo("until the end");
            assertThat(answer.field("transfer-encoding")).isEqualTo("chunked");
            assertThat(wire.send(get("/")).read().body()).isEqualTo("until the end");
        }
    }

    @Test
    void anAnswerThatBreaksOffIsNeverTakenForTheWhole() {
        for (String head : new String[] {"Content-Length: 100", "Transfer-Encoding: chunked"}) {
            shop.behave((wire, request) -> {
                wire.send("HTTP/1.1 200 OK\r\n" + head + "\r\n\r\n5\r\nabcde\r\n");
                wire.close();
            });
            Wire.Message answer = Wire.exchange(door.port(), get("/"));
            assertThat(answer.whole()).as(head).isFalse();
        }
    }

    @Test
    void headAnd204And304HaveNoBody() {
        shop.behave((wire, request) ->
                wire.send(
                        request.first().startsWith("HEAD")
                                ? "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n"
                                : request.first().contains("304")
                                        ? "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"
                                        : "HTTP/1.1 204 No Content\r\n\r\n"));
        try (Wire wire = new Wire(door.port())) {
            Wire.Message head = wire.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").read(false);
            assertThat(head.field("content-length")).isEqualTo("17");
            assertThat(wire.send(get("/")).read(false).status()).isEqualTo(204);
            assertThat(wire.send(get("/304")).read(false).status()).isEqualTo(304);
            assertThat(wire.send(get("/")).read(false).status()).isEqualTo(204);
        }
        assertThat(shop.open).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void whoExpectsAWordBeforeTheBodyGetsTheBackends() {
        shop.behave((wire, request) -> wire.send(Shop.answer(request.body())));
        try (Wire wire = new Wire(door.port())) {
            Shop.Behaviour plain = (there, request) -> there.send(Shop.answer(request.body()));
            shop.behave(plain);
            wire.send(
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
                            + "\r\n");
            // This backend says nothing; a client sends after a while (RFC 9110, 10.1.1).
            wire.send("ab");
            assertThat(wire.read().body()).isEqualTo("ab");
        }
        assertThat(shop.seen.getFirst().field("expect")).isEqualTo("100-continue");
    }

    @Test
    void anEarlyAnswerEndsTheConnectionSinceTheRestOfTheRequestIsStillOnItsWay() {
        try (Shop early = new Shop("early")) {
            door.layer.take(
                    new Door.Plan().pool("shops", early).route("all", "/", "shops").config());
            try (Wire wire = new Wire(door.port())) {
                wire.send(
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "zz not hex");
                assertThat(wire.read().status()).isEqualTo(400);
                assertThat(wire.isClosed()).isTrue();
            }
        }
    }

    @Test
    void aClientOfHttp10GetsTheWholeAndTheEnd() {
        shop.behave((wire, request) ->
                wire.send(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
                                + "0\r\n\r\n"));
        try (Wire wire = new Wire(door.port())) {
            Wire.Message answer = wire.send("GET / HTTP/1.0\r\n\r\n").read();
            assertThat(answer.body()).isEqualTo("abc");
            assertThat(answer.fields()).doesNotContainKey("transfer-encoding");
            assertThat(answer.field("connection")).isEqualTo("close");
        }
        shop.behave((wire, request) -> wire.send(Shop.answer("again")));
        try (Wire wire = new Wire(door.port())) {
            for (int i = 0; i < 2; i++) {
                Wire.Message kept =
                        wire.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").read();
                assertThat(kept.body()).isEqualTo("again");
                assertThat(kept.field("connection")).isEqualTo("keep-alive");
            }
        }
    }

    @Test
    void aClientThatClosesItsOwnDirectionGetsItsAnswers() throws IOException {
        try (Wire wire = new Wire(door.port())) {
            wire.send(get("/1") + get("/2"));
            wire.socket().shutdownOutput();
            assertThat(wire.read().status()).isEqualTo(200);
            assertThat(wire.read().status()).isEqualTo(200);
            assertThat(wire.isClosed()).isTrue();
        }
    }

    @Test
    void aClientThatClosesItsOwnDirectionGetsALongAnswerWhole() throws IOException {
        String body = "x".repeat(1 << 20);
        shop.behave((wire, request) -> wire.send(Shop.answer(body)));
        try (Wire wire = new Wire(door.port())) {
            wire.send(get("/1"));
            wire.socket().shutdownOutput();
            assertThat(wire.read().body()).hasSize(1 << 20);
            assertThat(wire.isClosed()).isTrue();
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsTheBackendBack() throws Exception {
        CountDownLatch tooMuch = new CountDownLatch(1);
        byte[] part = new byte[1 << 20];
        shop.behave((wire, request) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + (100 << 20) + "\r\n\r\n");
            for (int i = 0; i < 100; i++) {
                wire.send(part);
                if (i == 64) {
                    tooMuch.countDown();
                }
            }
        });
        try (Wire wire = new Wire(door.port())) {
            wire.send(get("/"));
            assertThat(tooMuch.await(2, TimeUnit.SECONDS))
                    .as("64 MB went into a way in whose client reads nothing")
                    .isFalse();
            assertThat(used()).isLessThan(16 << 20);
            wire.line();
            wire.in().skipNBytes(100 << 20);
        }
    }

    @Test
    void aBackendThatDoesNotReadHoldsTheClientBack() throws Exception {
        CountDownLatch tooMuch = new CountDownLatch(1);
        shop.holding = new CountDownLatch(1);
        shop.takesBodies = true;
        try (Wire wire = new Wire(door.port())) {
            wire.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\n");
            byte[] part = new byte[1 << 20];
            Thread writer =
                    Thread.startVirtualThread(() -> {
                        for (int i = 0; i < 100; i++) {
                            wire.send(part);
                            if (i == 64) {
                                tooMuch.countDown();
                            }
                        }
                    });
            assertThat(tooMuch.await(2, TimeUnit.SECONDS))
                    .as("64 MB went into a way in whose backend reads nothing")
                    .isFalse();
            assertThat(used()).isLessThan(16 << 20);
            shop.holding.countDown();
            assertThat(wire.read().body()).isEqualTo("took 104857600");
            writer.join();
        }
    }

    @Test
    void aHundredMegabytesPassBothWaysWithoutBeingHeld() throws Exception {
        int megabytes = 100;
        shop.behave((wire, request) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            byte[] part = new byte[1 << 20];
            Arrays.fill(part, (byte) 'x');
            for (int i = 0; i < megabytes; i++) {
                wire.send(Integer.toHexString(part.length) + "\r\n");
                wire.send(part);
                wire.send("\r\n");
            }
            wire.send("0\r\n\r\n");
        });
        long before = used();
        long most = 0;
        try (Wire wire = new Wire(door.port())) {
            wire.send(get("/"));
            InputStream in = wire.in();
            assertThat(wire.line()).contains("200");
            String line = wire.line();
            while (!line.isEmpty()) {
                line = wire.line();
            }
            long body = 0;
            while (true) {
                int size = Integer.parseInt(wire.line(), 16);
                if (size == 0) {
                    break;
                }
                in.skipNBytes(size + 2);
                body += size;
                most = Math.max(most, used() - before);
            }
            assertThat(body).isEqualTo((long) megabytes << 20);
        }
        assertThat(most).as("bytes held on the way").isLessThan(16 << 20);
    }

    @Test
    void aHundredMegabytesComeInWithoutBeingHeldWhileTheBackendIsSlow() throws Exception {
        long megabytes = 100;
        try (SlowTaker taker = new SlowTaker()) {
            door.layer.take(
                    new Door.Plan().pool("shops", taker.shop).route("all", "/", "shops").config());
            long before = used();
            long most = 0;
            try (Wire wire = new Wire(door.port())) {
                wire.send(
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: "
                                + (megabytes << 20)
                                + "\r\n\r\n");
                OutputStream out = wire.socket().getOutputStream();
                byte[] part = new byte[1 << 20];
                for (int i = 0; i < megabytes; i++) {
                    out.write(part);
                    most = Math.max(most, used() - before);
                }
                assertThat(wire.read().body()).isEqualTo("took " + (megabytes << 20));
            }
            assertThat(most).as("bytes held on the way").isLessThan(16 << 20);
        }
    }

    private static long used() {
        return io.netty.buffer.PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    }

    /** A backend that reads a body in small pieces and only says how long it was. */
    private static final class SlowTaker implements AutoCloseable {
        final Shop shop = new Shop("slow");

        SlowTaker() {
            shop.takesBodies = true;
        }

        @Override
        public void close() {
            shop.close();
        }
    }
}
