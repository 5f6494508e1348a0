package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.gateway.shop.BuyRequest;
import io.feiqian.gateway.shop.BuyResponse;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.rpc.ResponseOutcome;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client's key for a change becomes its trace number, the same everywhere and always. */
@Requirement({"B6.2-a", "S.gw-7"})
class IdempotencyKeyTest {
    private static final String KEY = "20260131-order-4711";
    private static final String UUID_7 = "019c1478-1d00-7abc-8def-0123456789ab";
    private static final String PAYER = "0001100000000012";
    private static final RouteConfig KEYED = ApiFixture.route(true, Map.of());

    @TempDir private Path folder;
    private final AtomicInteger done = new AtomicInteger();
    private final Map<String, BuyRequest> record = new ConcurrentHashMap<>();
    private ApiFixture bank;
    private ServiceApi api;

    @BeforeEach
    void start() throws Exception {
        bank = new ApiFixture(folder);
        api = gateway();
        bank.one.behave(request -> CompletableFuture.completedFuture(book((BuyRequest) request)));
        bank.two.behave(request -> CompletableFuture.completedFuture(book((BuyRequest) request)));
    }

    /** As a cell does: the record by trace number is the only truth. */
    private BuyResponse book(BuyRequest request) {
        BuyRequest first = record.putIfAbsent(request.getTraceNumber(), request);
        if (first == null) {
            done.incrementAndGet();
        }
        if (first != null && !first.equals(request)) {
            return ShopCell.refused(OutcomeCode.TRACE_CONTENT_DIFFERS, true);
        }
        return BuyResponse.newBuilder()
                .setOutcome(ResponseOutcome.toContract(Outcome.accepted(), first != null))
                .setSaid(request.getTraceNumber())
                .build();
    }

    private ServiceApi gateway() throws Exception {
        Path file = folder.resolve("shop.desc");
        Files.write(file, GatewayFixture.descriptors());
        LearntServices services = bank.learnt(file);
        services.look();
        return bank.api(services);
    }

    @AfterEach
    void stop() {
        bank.close();
    }

    @Test
    void aRepetitionIsAnsweredFromTheCellsRecordAlsoByAnotherGateway() throws Exception {
        HttpAnswer first = buy(api, KEY, "acme", PAYER, "1.00");
        HttpAnswer again = buy(api, KEY, "acme", PAYER, "1.00");
        HttpAnswer elsewhere = buy(gateway(), "\"" + KEY + "\"", "acme", PAYER, "1.00");

        assertThat(first.status()).as(first.body()).isEqualTo(200);
        String trace = first.headers().getOrDefault("Feiqian-Trace-Number", "");
        assertThat(trace).startsWith("20260131" + "0001" + "998").hasSize(33);
        for (HttpAnswer each : List.of(again, elsewhere)) {
            assertThat(each.status()).isEqualTo(200);
            assertThat(each.body()).contains("\"recorded\":true");
            assertThat(each.headers()).containsEntry("Feiqian-Trace-Number", trace);
        }
        assertThat(done).hasValue(1);
    }

    @Test
    void theSameKeyWithOtherContentIsRefusedByTheCell() {
        buy(api, KEY, "acme", PAYER, "1.00");
        HttpAnswer other = buy(api, KEY, "acme", PAYER, "2.00");

        assertThat(other.status()).isEqualTo(409);
        assertThat(other.body()).contains("TRACE_CONTENT_DIFFERS");
        assertThat(done).hasValue(1);
    }

    @Test
    void repetitionsAtTheSameTimeHaveOneEffect() throws Exception {
        ServiceApi other = gateway();
        List<CompletableFuture<HttpAnswer>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            ServiceApi one = i % 2 == 0 ? api : other;
            answers.add(CompletableFuture.supplyAsync(() -> buy(one, KEY, "acme", PAYER, "1.00")));
        }
        Set<String> traces = new HashSet<>();
        for (CompletableFuture<HttpAnswer> each : answers) {
            HttpAnswer answer = each.get();
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            traces.add(answer.headers().getOrDefault("Feiqian-Trace-Number", ""));
        }
        assertThat(done).hasValue(1);
        assertThat(traces).hasSize(1);
    }

    @Test
    void aKeyIsItsCallersOwn() {
        buy(api, KEY, "acme", PAYER, "1.00");
        assertThat(buy(api, KEY, "globex", PAYER, "1.00").body()).contains("\"recorded\":false");
        assertThat(done).hasValue(2);
        // The name and the key do not run into each other.
        IdempotencyKey key = IdempotencyKey.parse("20260131-a");
        assertThat(key.traceNumber("x\n20260131-a", new Slot(1)))
                .isNotEqualTo(IdempotencyKey.parse("20260131-a").traceNumber("x", new Slot(1)));
    }

    @Test
    void theDayIsTheKeysOwnSoThatMidnightChangesNothing() {
        // What it stands for is fixed for ever: another number would be a second payment.
        assertThat(IdempotencyKey.parse(KEY).traceNumber("acme", new Slot(1)))
                .isEqualTo(TraceNumber.parse(FIXED));
        assertThat(IdempotencyKey.parse(UUID_7).day().toString()).isEqualTo("2026-01-31");
        assertThat(IdempotencyKey.parse(UUID_7.toUpperCase(java.util.Locale.ROOT)))
                .isEqualTo(IdempotencyKey.parse("\"" + UUID_7 + "\""));
    }

    private static final String FIXED = "202601310001998460307267020400332";

    @Test
    void aKeyWithoutADayIsRefusedAndNothingHappens() {
        for (String each :
                List.of(
                        "order-4711",
                        "9f8b7c6d-1234-4abc-8def-0123456789ab",
                        "20261331-x",
                        "20260131-",
                        "20260131-" + "x".repeat(201),
                        "")) {
            HttpAnswer answer = buy(api, each, "acme", PAYER, "1.00");
            assertThat(answer.status()).as(each).isEqualTo(400);
            assertThat(answer.body()).contains("expected: a UUID of version 7");
        }
        assertThat(bank.one.requests).isEmpty();
        assertThatThrownBy(() -> IdempotencyKey.parse("20260131-a b"));
    }

    @Test
    void aKeyCountsOnlyWhereItsRouteSaysSoAndNeverBesideAnotherTraceNumber() {
        HttpAnswer without =
                ApiFixture.ask(
                        api,
                        ApiFixture.route(false, Map.of()),
                        ApiFixture.post(
                                "/v1/purchases", body(PAYER, "1.00"), "Idempotency-Key", KEY),
                        "acme");
        assertThat(without.status()).isEqualTo(400);
        assertThat(without.body()).contains("MISSING_FIELD");

        HttpAnswer beside =
                ApiFixture.ask(
                        api,
                        KEYED,
                        ApiFixture.post(
                                "/v1/purchases",
                                "{\"trace_number\":\"%s\",\"payer_account\":\"%s\"}"
                                        .formatted(GatewayFixture.TRACE, PAYER),
                                "Idempotency-Key",
                                KEY),
                        "acme");
        assertThat(beside.status()).isEqualTo(400);
        assertThat(beside.body()).contains("another than the Idempotency-Key stands for");

        HttpAnswer homeless = buy(api, KEY, "acme", "", "1.00");
        assertThat(homeless.body()).contains("payer_account: missing");
        HttpAnswer operators =
                ApiFixture.ask(
                        api,
                        KEYED,
                        ApiFixture.post(
                                "/v1/accounts/" + PAYER + "/recall",
                                "{}",
                                "Idempotency-Key",
                                KEY,
                                "Authorization",
                                "Bearer " + bank.token.reveal(),
                                "Feiqian-Operator",
                                "anna",
                                "Feiqian-Reason",
                                "a test"),
                        "acme");
        assertThat(operators.body()).contains("only the client knows the slot that pays");
        assertThat(bank.one.requests).isEmpty();
    }

    private static HttpAnswer buy(
            ServiceApi at, String key, String caller, String payer, String amount) {
        return ApiFixture.ask(
                at,
                KEYED,
                ApiFixture.post("/v1/purchases", body(payer, amount), "Idempotency-Key", key),
                caller);
    }

    private static String body(String payer, String amount) {
        return "{\"payer_account\":\"%s\",\"amount\":\"%s\"}".formatted(payer, amount);
    }
}
