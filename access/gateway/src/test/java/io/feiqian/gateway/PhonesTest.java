package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.gateway.shop.BuyRequest;
import io.feiqian.gateway.shop.BuyResponse;
import io.feiqian.rpc.ResponseOutcome;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What phones on bad networks get from the API: one effect each, the answer, and few bytes. */
@Requirement("S.gw-2")
@Timeout(120)
@SuppressWarnings("AddressSelection") // On this machine only.
class PhonesTest {
    private static final String PAYER = "0001100000000012";
    private static final int PURCHASES = 30;
    private static final String ITEMS = "/v1/accounts/" + PAYER + "/items";

    @TempDir private Path folder;
    private final Map<String, BuyRequest> record = new ConcurrentHashMap<>();
    private final List<BuyRequest> effects = new CopyOnWriteArrayList<>();
    private ApiFixture bank;
    private PhoneTls tls;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        bank = new ApiFixture(folder);
        tls = PhoneTls.make(folder);
        gateway =
                bank.gateway(
                        """
                        listeners:
                          - name: phones
                            addresses: ["127.0.0.1:0"]
                            tls: {certificates: [{certificate: "%s", key: "%s"}]}
                          - {name: plain, addresses: ["127.0.0.1:0"]}
                        routes:
                          - {name: off, path: /v1/, api: true, headers: {X-Saving: "no"}}
                          - {name: api, path: /v1/, api: true, idempotency: true,
                             etags: true, compression: {}}
                        pools: []
                        """
                                .formatted(tls.certificate(), tls.key()));
    }

    @AfterEach
    void stop() {
        gateway.close();
        bank.close();
    }

    /** As a cell does: the record by trace number is the only truth. */
    private CompletableFuture<BuyResponse> book(BuyRequest request) {
        BuyRequest first = record.putIfAbsent(request.getTraceNumber(), request);
        if (first == null) {
            effects.add(request);
        } else if (!first.equals(request)) {
            return CompletableFuture.completedFuture(
                    ShopCell.refused(OutcomeCode.TRACE_CONTENT_DIFFERS, true));
        }
        return CompletableFuture.completedFuture(
                BuyResponse.newBuilder()
                        .setOutcome(ResponseOutcome.toContract(Outcome.accepted(), first != null))
                        .setSaid(request.getAmount())
                        .build());
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1, 1", "HTTP_1_1, 2", "HTTP_2, 3", "HTTP_2, 4"})
    void whoeverRepeatsWithItsKeyUntilThereIsAnAnswerHasBoughtOnceAndKnowsIt(
            HttpClient.Version version, long seed, TestReporter figures) throws Exception {
        bank.one.behave(request -> book((BuyRequest) request));
        int sent = 0;
        int recorded = 0;
        Set<String> traces = new HashSet<>();
        int spoken = 0;
        HttpClient phone = phone(version);
        try (WeakNetwork network = WeakNetwork.weak(gateway.port(), seed, 3_000)) {
            for (int i = 0; i < PURCHASES; i++) {
                Optional<HttpResponse<String>> known = Optional.empty();
                int tries = 0;
                while (known.isEmpty()) {
                    assertThat(++tries).as("tries of one purchase").isLessThan(100);
                    known = tried(phone, network.port(), i);
                    if (known.isEmpty()) {
                        // A client of the JDK gives HTTP/2 up for good where a handshake was cut.
                        phone.shutdownNow();
                        phone = phone(version);
                    }
                }
                HttpResponse<String> answer = known.get();
                sent += tries;
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(answer.body()).contains("\"said\":\"" + amount(i) + "\"");
                recorded += answer.body().contains("\"recorded\":true") ? 1 : 0;
                spoken += answer.version() == version ? 1 : 0;
                traces.add(answer.headers().firstValue("Feiqian-Trace-Number").orElseThrow());
            }
            figures.publishEntry(
                    ("%s, seed %d: %d purchases, %d requests, %d connections, %d cut,"
                                    + " %d repetitions found the purchase made, %d answers in it")
                            .formatted(
                                    version,
                                    seed,
                                    PURCHASES,
                                    sent,
                                    network.connections.get(),
                                    network.cut.get(),
                                    recorded,
                                    spoken));
        } finally {
            phone.shutdownNow();
        }
        assertThat(effects.stream().map(BuyRequest::getAmount))
                .as("each was bought once")
                .hasSize(PURCHASES)
                .doesNotHaveDuplicates();
        assertThat(traces).hasSize(PURCHASES);
        assertThat(spoken).as("answers in " + version).isGreaterThan(PURCHASES / 2);
        assertThat(sent).as("the network was bad").isGreaterThan(PURCHASES + 5);
        assertThat(recorded).as("answers were lost after the purchase").isPositive();
    }

    private HttpClient phone(HttpClient.Version version) {
        return HttpClient.newBuilder()
                .version(version)
                .sslContext(tls.phone())
                .connectTimeout(Duration.ofSeconds(2))
                .build();
    }

    private static String amount(int purchase) {
        return purchase + ".50";
    }

    /** One try; empty where the phone knows nothing after it. */
    private static Optional<HttpResponse<String>> tried(HttpClient phone, int port, int purchase)
            throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create("https://127.0.0.1:%d/v1/purchases".formatted(port)))
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", "20260131-order-" + purchase)
                        .timeout(Duration.ofSeconds(1))
                        .POST(
                                BodyPublishers.ofString(
                                        "{\"payer_account\":\"%s\",\"amount\":\"%s\"}"
                                                .formatted(PAYER, amount(purchase))))
                        .build();
        try {
            HttpResponse<String> answer = phone.send(request, BodyHandlers.ofString());
            return answer.statusCode() >= 500 ? Optional.empty() : Optional.of(answer);
        } catch (IOException lost) {
            return Optional.empty();
        }
    }

    @Test
    void whatHasNotChangedIsNotSentAgain() {
        bank.one.answer(ShopCell.accepted("a statement"));
        RawHttp.Reply first = plain(ITEMS);
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("ETag")).matches("\"[A-Za-z0-9_-]{24}\"");
        assertThat(first.header("Cache-Control")).isEqualTo("private, no-cache");

        for (String each :
                List.of(
                        first.header("ETag"),
                        "W/" + first.header("ETag"),
                        "\"other\", " + first.header("ETag"),
                        "*")) {
            RawHttp.Reply again = plain(ITEMS, "If-None-Match: " + each);
            assertThat(again.status()).as(each).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            assertThat(again.headers()).doesNotContainKey("content-length");
            assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
            assertThat(again.header("Cache-Control")).isEqualTo("private, no-cache");
            assertThat(again.header("Vary")).isEqualToIgnoringCase("Accept-Encoding");
        }
        bank.one.answer(ShopCell.accepted("another statement"));
        RawHttp.Reply newer = plain(ITEMS, "If-None-Match: " + first.header("ETag"));
        assertThat(newer.status()).isEqualTo(200);
        assertThat(newer.body()).contains("another statement");
        assertThat(newer.header("ETag")).isNotEqualTo(first.header("ETag"));
    }

    @Test
    void onlyWhatWasReadHasATagAndOnlyWhereThatIsWanted() {
        assertThat(plain(ITEMS, "X-Saving: no").headers()).doesNotContainKey("etag");
        assertThat(plain(ITEMS, "X-Saving: no").header("Cache-Control")).isEqualTo("no-store");

        bank.one.answer(ShopCell.refused(OutcomeCode.INTERNAL_ERROR, false));
        RawHttp.Reply refused = plain(ITEMS, "If-None-Match: *");
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.headers()).doesNotContainKey("etag");

        bank.one.behave(request -> book((BuyRequest) request));
        RawHttp.Reply bought =
                RawHttp.exchange(
                        plainPort(),
                        RawHttp.post(
                                "/v1/purchases",
                                GatewayFixture.purchase(GatewayFixture.TRACE),
                                "If-None-Match: *"));
        assertThat(bought.status()).isEqualTo(200);
        assertThat(bought.headers()).doesNotContainKey("etag");
        assertThat(bought.header("Cache-Control")).isEqualTo("no-store");
    }

    private int plainPort() {
        return gateway.plane().addresses().getOrDefault("plain", List.of()).getFirst().getPort();
    }

    private RawHttp.Reply plain(String path, String... headers) {
        return RawHttp.exchange(
                plainPort(),
                "GET %s HTTP/1.1\r\nHost: bank\r\n%s\r\n"
                        .formatted(path, String.join("", lines(headers))));
    }

    private static List<String> lines(String... headers) {
        List<String> lines = new ArrayList<>();
        for (String each : headers) {
            lines.add(each + "\r\n");
        }
        return lines;
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP_1_1", "HTTP_2"})
    void aStatementTakesAFewBytesAndOneThatIsKnownHardlyAny(
            HttpClient.Version version, TestReporter figures) throws Exception {
        String statement = statement(560);
        bank.one.answer(ShopCell.accepted(statement));
        try (WeakNetwork network = WeakNetwork.good(gateway.port());
                HttpClient phone = phone(version)) {
            // The first on a connection brings TLS along.
            read(phone, network.port());
            Sent plain = sent(network, () -> read(phone, network.port()));
            Sent packed =
                    sent(network, () -> read(phone, network.port(), "Accept-Encoding", "gzip"));
            String tag = packed.answer().headers().firstValue("etag").orElseThrow();
            Sent known =
                    sent(
                            network,
                            () ->
                                    read(
                                            phone,
                                            network.port(),
                                            "Accept-Encoding",
                                            "gzip",
                                            "If-None-Match",
                                            tag));
            figures.publishEntry(
                    "%s, bytes to the phone: %d plain, %d packed, %d known"
                            .formatted(version, plain.bytes(), packed.bytes(), known.bytes()));

            assertThat(plain.bytes()).isGreaterThan(40_000);
            assertThat(packed.bytes()).isLessThan(plain.bytes() / 3);
            assertThat(known.bytes()).isLessThan(600);
            assertThat(tag).startsWith("W/\"");
            assertThat(known.answer().statusCode()).isEqualTo(304);
            try (InputStream unpacked =
                    new GZIPInputStream(new ByteArrayInputStream(packed.answer().body()))) {
                assertThat(unpacked.readAllBytes()).isEqualTo(plain.answer().body());
            }
            assertThat(new String(plain.answer().body(), StandardCharsets.UTF_8))
                    .contains(statement.substring(0, 60));
        }
    }

    /** What was answered, and how many bytes that took. */
    private record Sent(HttpResponse<byte[]> answer, long bytes) {}

    /** Something that asks. */
    private interface Asking {
        HttpResponse<byte[]> ask() throws Exception;
    }

    private static Sent sent(WeakNetwork network, Asking asking) throws Exception {
        long before = network.down.get();
        HttpResponse<byte[]> answer = asking.ask();
        return new Sent(answer, network.down.get() - before);
    }

    private static HttpResponse<byte[]> read(HttpClient phone, int port, String... headers)
            throws InterruptedException, ExecutionException, java.util.concurrent.TimeoutException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + ITEMS));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return phone.sendAsync(request.build(), BodyHandlers.ofByteArray())
                .get(20, TimeUnit.SECONDS);
    }

    /** Entries as an account has them. */
    private static String statement(int entries) {
        Random random = new Random(4_711);
        String[] payees = {"Grocer at the Market", "City Transport", "Landlord", "Power and Gas"};
        StringBuilder all = new StringBuilder();
        long balance = 1_000_000;
        for (int i = 0; i < entries; i++) {
            long amount = random.nextInt(20_000) - 12_000L;
            balance += amount;
            all.append(
                    "2026-01-%02d 202601%02d0001%016d %s %d.%02d %d.%02d CNY;"
                            .formatted(
                                    1 + i * 31 / entries,
                                    1 + i * 31 / entries,
                                    random.nextLong(10_000_000_000_000_000L),
                                    payees[random.nextInt(payees.length)],
                                    amount / 100,
                                    Math.abs(amount % 100),
                                    balance / 100,
                                    balance % 100));
        }
        return all.toString();
    }
}
