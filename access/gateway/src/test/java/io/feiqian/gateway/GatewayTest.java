package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.gateway.shop.BuyRequest;
import io.feiqian.gateway.shop.BuyResponse;
import io.feiqian.gateway.shop.Color;
import io.feiqian.gateway.shop.GetItemRequest;
import io.feiqian.routing.Route;
import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients see of cells through the gateway: answers, refusals, and where requests go. */
class GatewayTest {
    private static final String TRACE = GatewayFixture.TRACE;
    private static final String ACCOUNT = "0001100000000012";

    @TempDir private Path folder;
    private GatewayFixture bank;

    @BeforeEach
    void start() {
        bank = new GatewayFixture(folder, GatewayConfig.DEFAULT);
    }

    @AfterEach
    void stop() {
        bank.close();
    }

    @Requirement({"D5.1-0", "D5.5-0"})
    @Test
    void aRequestReachesTheCellThatOwnsItsSlotAndClientsNeedNotKnowWhich() {
        RawHttp.Reply first = buy(GatewayFixture.purchase(TRACE));
        RawHttp.Reply second = buy(GatewayFixture.purchase(GatewayFixture.TRACE_OF_TWO));

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.json().path("said").asText()).isEqualTo("one");
        assertThat(first.json().path("outcome").path("code").asInt(-1)).isZero();
        assertThat(first.json().path("outcome").path("recorded").asBoolean(true)).isFalse();
        assertThat(first.header("Feiqian-Trace-Number")).isEqualTo(TRACE);
        assertThat(second.json().path("said").asText()).isEqualTo("two");
        assertThat(bank.one.contexts.getFirst().trace()).contains(TraceNumber.parse(TRACE));
        assertThat(bank.one.contexts.getFirst().slot()).contains(new Slot(1));
    }

    @Requirement({"B6.4-a", "P6.2.2.2-a"})
    @Test
    void aRequestGetsItsLabelByRulesAndNeverByItsOwnWord() {
        publish(
                1,
                """
                {"id": "early", "version": 1, "side": "gateway", "label": {
                  "name": "release", "value": "b", "rules": [
                    {"parameters": {"payer_account": ["%s"]}},
                    {"parameters": {"header:feiqian-channel": "mobile"}},
                    {"percent": 50, "of": ["payer_account", "account"]}]}}
                """
                        .formatted("0001100000000099"));

        assertThat(labelOf("0001100000000099")).isEqualTo("release=b");
        assertThat(labelOf(other(false), "Feiqian-Channel: mobile")).isEqualTo("release=b");
        assertThat(labelOf(other(false), "Feiqian-Gray: release=b")).isEmpty();
        assertThat(labelOf(other(true))).isEqualTo("release=b");
        // The same customer stays on one side, whatever is asked and in which field.
        bank.exchange(RawHttp.get("/v1/accounts/" + other(true) + "/items"));
        assertThat(bank.one.contexts.getLast().grayLabel()).isEqualTo("release=b");
        bank.exchange(RawHttp.get("/v1/accounts/" + other(false) + "/items"));
        assertThat(bank.one.contexts.getLast().grayLabel()).isEmpty();

        publish(
                2,
                """
                {"id": "testers", "version": 1, "side": "gateway", "label": {
                  "name": "release", "value": "b", "rules": [
                    {"parameters": {"header:feiqian-gray": "release=b"}}]}}
                """);
        assertThat(labelOf(other(false), "Feiqian-Gray: release=b")).isEqualTo("release=b");
        assertThat(labelOf(other(false), "Feiqian-Gray: release=c")).isEmpty();
    }

    /** An account that the 50 % have, or have not; which ones never changes. */
    private static String other(boolean labelled) {
        return labelled ? "0001100000000011" : "0001100000000010";
    }

    private String labelOf(String account, String... headers) {
        RawHttp.Reply reply =
                bank.exchange(
                        RawHttp.post(
                                "/v1/purchases",
                                "{\"trace_number\":\"%s\",\"payer_account\":\"%s\"}"
                                        .formatted(TRACE, account),
                                headers));
        assertThat(reply.status()).isEqualTo(200);
        return bank.one.contexts.getLast().grayLabel();
    }

    private void publish(int version, String policy) {
        assertThat(
                        bank.labels
                                .governance()
                                .publish(
                                        "{\"version\": %d, \"policies\": [%s]}"
                                                .formatted(version, policy)))
                .isEqualTo(Outcome.accepted());
    }

    @Test
    void everyKindOfFieldArrives() {
        RawHttp.Reply reply =
                buy(
                        """
                        {"trace_number": "%s", "payerAccount": "0001", "count": "9007199254740993",
                         "color": "RED", "parcel": {"street": "Längere Straße 飞钱",
                         "inside": {"street": "x"}}, "notes": ["a", "b"], "amount": null}
                        """
                                .formatted(TRACE));

        assertThat(reply.status()).isEqualTo(200);
        BuyRequest request = (BuyRequest) bank.one.requests.getFirst();
        assertThat(request.getPayerAccount()).isEqualTo("0001");
        assertThat(request.getCount()).isEqualTo(9_007_199_254_740_993L);
        assertThat(request.getColor()).isEqualTo(Color.RED);
        assertThat(request.getParcel().getStreet()).isEqualTo("Längere Straße 飞钱");
        assertThat(request.getParcel().getInside().getStreet()).isEqualTo("x");
        assertThat(request.getNotesList()).containsExactly("a", "b");
    }

    @Test
    void aGetTakesItsPathAndItsQuery() {
        RawHttp.Reply reply =
                bank.exchange(RawHttp.get("/v1/accounts/" + ACCOUNT + "/items?limit=7&all=true"));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(bank.one.requests)
                .containsExactly(
                        GetItemRequest.newBuilder()
                                .setAccount(ACCOUNT)
                                .setLimit(7)
                                .setAll(true)
                                .build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"amount\": 12.5}              | line 1, column 12: amount: 12.5 (expected: a text",
                "{\"amount\" \"1\"}              | was expecting a colon",
                "{\"amount\":\"1\"               | line 1, column",
                "{\"amnt\":\"1\"}                | unknown field \"amnt\" (expected: one of trace_num",
                "{\"amount\":\"1\",\"amount\":\"2\"}   | Duplicate field 'amount'",
                "{\"payer_account\":\"1\",\"payerAccount\":\"2\"} | twice (expected: once)",
                "{\"count\": 1.5}                | count: \"1.5\" (expected: a value of type INT64)",
                "{\"count\": 9223372036854775808} | (expected: a value of type INT64)",
                "{\"color\": \"BLUE\"}           | (expected: one of [GREY, RED])",
                "{\"notes\": \"a\"}              | notes: a (expected: a list)",
                "{\"parcel\": []}                | parcel: [ (expected: { and fields)",
                "[]                              | [ (expected: { and fields)",
                "{} {}                           | { (expected: nothing after the object)",
                "''                              | nothing (expected: { and fields)",
                "nonsense                        | line 1, column",
            })
    void malformedJsonIsToldWhereAndWhatWasExpected(String body, String told) {
        RawHttp.Reply reply = buy(body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(reply.code()).isEqualTo(OutcomeCode.MALFORMED_REQUEST.number());
        assertThat(reply.json().path("detail").asText()).contains(told);
        assertThat(bank.one.requests).isEmpty();
    }

    @Test
    void jsonThatIsTooDeepIsRefused() {
        String deep = "{\"parcel\":" + "{\"inside\":".repeat(50) + "{}" + "}".repeat(51);

        assertThat(buy(deep).json().path("detail").asText()).contains("nesting depth");
    }

    @Requirement("D7.3-0")
    @Test
    void aRecordedRefusalIsAProblemWithItsCodeAndWhatElseTheCellSaid() {
        bank.one.answer(
                ShopCell.refused(OutcomeCode.INSUFFICIENT_FUNDS, true).toBuilder()
                        .setSaid("12.00 are there")
                        .build());

        RawHttp.Reply reply = buy(GatewayFixture.purchase(TRACE));

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().path("type").asText())
                .isEqualTo("urn:feiqian:outcome:insufficient-funds");
        assertThat(reply.json().path("title").asText()).isEqualTo("Insufficient funds");
        assertThat(reply.json().path("status").asInt()).isEqualTo(422);
        assertThat(reply.json().path("detail").asText()).isEqualTo("by the test");
        assertThat(reply.code()).isEqualTo(2004);
        assertThat(reply.json().path("name").asText()).isEqualTo("INSUFFICIENT_FUNDS");
        assertThat(reply.json().path("trace_number").asText()).isEqualTo(TRACE);
        assertThat(reply.json().path("recorded").asBoolean(false)).isTrue();
        assertThat(reply.json().path("response").path("said").asText())
                .isEqualTo("12.00 are there");
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID_AMOUNT, 400",
        "UNKNOWN_ACCOUNT, 404",
        "ACCOUNT_FROZEN, 422",
        "TRACE_CONTENT_DIFFERS, 409",
        "WRONG_CELL, 503",
        "DATABASE_UNAVAILABLE, 503",
        "ABORTED, 503",
        "DEADLINE_EXPIRED, 504",
        "INTERNAL_ERROR, 500",
    })
    void everyKindOfOutcomeHasItsStatus(OutcomeCode code, int status) {
        bank.one.answer(ShopCell.refused(code, false));

        RawHttp.Reply reply = buy(GatewayFixture.purchase(TRACE));

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.code()).isEqualTo(code.number());
        assertThat(reply.header("Retry-After")).isEqualTo(status == 503 ? "1" : "");
    }

    @Test
    void anUnknownEndIsSaidToBeUnknownOnlyAtTheDeadline() {
        bank.one.answer(ShopCell.refused(OutcomeCode.UNKNOWN, false));

        RawHttp.Reply reply =
                bank.exchange(
                        RawHttp.post(
                                "/v1/purchases",
                                GatewayFixture.purchase(TRACE),
                                "Feiqian-Timeout-Ms: 2000"));

        assertThat(reply.status()).isEqualTo(504);
        assertThat(reply.code()).isEqualTo(5001);
        assertThat(bank.one.requests).hasSizeGreaterThan(1);
    }

    @Test
    void aDeadlineThatPassedCallsNobody() {
        RawHttp.Reply reply =
                bank.exchange(
                        RawHttp.post(
                                "/v1/purchases",
                                GatewayFixture.purchase(TRACE),
                                "Feiqian-Timeout-Ms: 0"));

        assertThat(reply.status()).isEqualTo(504);
        assertThat(reply.code()).isEqualTo(OutcomeCode.DEADLINE_EXPIRED.number());
        assertThat(bank.one.requests).isEmpty();
    }

    @Test
    void theDeadlineOfTheRequestReachesTheCell() {
        bank.exchange(
                RawHttp.post(
                        "/v1/purchases",
                        GatewayFixture.purchase(TRACE),
                        "Feiqian-Timeout-Ms: 3000"));

        assertThat(bank.one.contexts.getFirst().deadline().remaining())
                .isLessThanOrEqualTo(Duration.ofSeconds(3));
    }

    @Requirement("D5.2-c")
    @Test
    void aCellThatIsDownIsAnsweredAtOnceAndTheOthersServeOn() {
        bank.one.close();

        RawHttp.Reply down = buy(GatewayFixture.purchase(TRACE));
        RawHttp.Reply up = buy(GatewayFixture.purchase(GatewayFixture.TRACE_OF_TWO));

        assertThat(down.status()).isEqualTo(503);
        assertThat(down.code()).isEqualTo(OutcomeCode.CELL_UNAVAILABLE.number());
        assertThat(up.status()).isEqualTo(200);
    }

    @Requirement("D5.5-0")
    @Test
    void aSlotThatMovedIsFoundAgainByTheNewerMap() {
        bank.one.answer(ShopCell.refused(OutcomeCode.WRONG_CELL, false));
        RouteMap newer =
                RouteMap.evenly(2)
                        .with(
                                Route.open(
                                        SlotRange.of(1, 1),
                                        GatewayFixture.TWO,
                                        Epoch.FIRST.next()));
        bank.routes.refreshFrom(() -> CompletableFuture.completedFuture(newer));

        assertThat(buy(GatewayFixture.purchase(TRACE)).json().path("said").asText())
                .isEqualTo("two");
    }

    @Test
    void whatIsNotThereIsToldApart() {
        RawHttp.Reply path = bank.exchange(RawHttp.get("/v1/nothing"));
        RawHttp.Reply verb = bank.exchange(RawHttp.get("/v1/purchases"));

        assertThat(path.status()).isEqualTo(404);
        assertThat(path.code()).isEqualTo(OutcomeCode.UNKNOWN_PATH.number());
        assertThat(verb.status()).isEqualTo(405);
        assertThat(verb.code()).isEqualTo(OutcomeCode.METHOD_NOT_ALLOWED.number());
        assertThat(verb.header("Allow")).isEqualTo("POST");
    }

    @Test
    void optionsTellWhatIsAllowed() {
        RawHttp.Reply reply = bank.exchange("OPTIONS /v1/purchases HTTP/1.1\r\nHost: test\r\n\r\n");

        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.header("Allow")).isEqualTo("POST, OPTIONS");
    }

    @Test
    void aBodyOfAnotherTypeIsRefused() {
        String request =
                RawHttp.post("/v1/purchases", "{}").replace("application/json", "text/plain");

        assertThat(bank.exchange(request).status()).isEqualTo(415);
    }

    @Test
    void aChangeWithoutTraceNumberIsToldHowToGetOne() {
        RawHttp.Reply missing = buy("{\"amount\":\"1\"}");
        RawHttp.Reply wrong = buy("{\"trace_number\":\"12\"}");

        assertThat(missing.code()).isEqualTo(OutcomeCode.MISSING_FIELD.number());
        assertThat(missing.json().path("detail").asText()).contains("/v1/trace-number");
        assertThat(wrong.code()).isEqualTo(OutcomeCode.INVALID_TRACE_NUMBER.number());
    }

    @Test
    void aNewcomerGetsAFreshTraceNumberForAnAccount() {
        String path = "/v1/trace-number?account=0001100000000010";
        RawHttp.Reply first = bank.exchange(RawHttp.get(path.replace("10", "10")));
        RawHttp.Reply wrong = bank.exchange(RawHttp.get("/v1/trace-number?account=1"));
        RawHttp.Reply slot = bank.exchange(RawHttp.get("/v1/trace-number?slot=42"));

        assertThat(first.status()).isIn(200, 400);
        assertThat(wrong.code()).isEqualTo(OutcomeCode.INVALID_ACCOUNT_NUMBER.number());
        TraceNumber number = TraceNumber.parse(slot.json().path("trace_number").asText());
        assertThat(number.home()).isEqualTo(new Slot(42));
        assertThat(number.channel()).isEqualTo(999);
    }

    @Requirement("D5.5-a")
    @Test
    void newCustomersGoToTheOtherCellWhileOneIsSlow() throws Exception {
        CompletableFuture<BuyResponse> slow = new CompletableFuture<>();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        bank.one.behave(request -> {
            begun.complete(null);
            return slow;
        });
        try (RawHttp waiting = new RawHttp(bank.port())) {
            waiting.send(RawHttp.post("/v1/purchases", GatewayFixture.purchase(TRACE)));
            begun.join();

            for (int i = 0; i < 20; i++) {
                assertThat(buyAnywhere()).isEqualTo("two");
            }

            slow.complete(ShopCell.accepted("one"));
            assertThat(waiting.read().status()).isEqualTo(200);
        }
        bank.one.answer(ShopCell.accepted("one"));
        Set<String> now = new TreeSet<>();
        for (int i = 0; i < 40; i++) {
            now.add(buyAnywhere());
        }
        assertThat(now).containsExactly("one", "two");
    }

    @Test
    void whatIsForOperatorsNeedsTheTokenAnOperatorAndAReason() {
        String path = "/v1/accounts/" + ACCOUNT + "/recall";
        String body = "{\"trace_number\":\"" + TRACE + "\"}";
        String token = "Authorization: Bearer " + bank.token.reveal();

        RawHttp.Reply none = bank.exchange(RawHttp.post(path, body));
        RawHttp.Reply wrong =
                bank.exchange(RawHttp.post(path, body, "Authorization: Bearer guess"));
        RawHttp.Reply nobody = bank.exchange(RawHttp.post(path, body, token));
        RawHttp.Reply good =
                bank.exchange(
                        RawHttp.post(
                                path,
                                body,
                                token,
                                "Feiqian-Operator: m%C3%BCller",
                                "Feiqian-Reason: 50% damaged"));

        assertThat(none.status()).isEqualTo(401);
        assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(wrong.code()).isEqualTo(OutcomeCode.UNAUTHENTICATED.number());
        assertThat(nobody.code()).isEqualTo(OutcomeCode.OPERATOR_REQUIRED.number());
        assertThat(good.status()).isEqualTo(200);
        assertThat(bank.one.contexts).hasSize(1);
        assertThat(bank.one.contexts.getFirst().operator()).isEqualTo("müller");
        assertThat(bank.one.contexts.getFirst().reason()).isEqualTo("50% damaged");
    }

    @Test
    void healthAndMetricsAreOnTheSamePort() {
        buy(GatewayFixture.purchase(TRACE));

        assertThat(bank.exchange(RawHttp.get("/health/live")).status()).isEqualTo(200);
        assertThat(bank.exchange(RawHttp.get("/health/ready")).status()).isEqualTo(200);
        assertThat(bank.exchange(RawHttp.get("/metrics")).body())
                .contains("feiqian_gateway_requests", "route=\"/v1/purchases\"");

        bank.instances.clear();
        assertThat(bank.exchange(RawHttp.get("/health/ready")).status()).isEqualTo(503);
    }

    @Requirement("P6.2.2.6-c")
    @Test
    void aGatewayThatStopsAnswersWhatIsInFlightFirst() throws InterruptedException {
        CompletableFuture<BuyResponse> slow = new CompletableFuture<>();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        bank.one.behave(request -> {
            begun.complete(null);
            return slow;
        });
        try (RawHttp http = new RawHttp(bank.port());
                RawHttp kept = new RawHttp(bank.port())) {
            assertThat(kept.send(RawHttp.get("/health/live")).read().status()).isEqualTo(200);
            http.send(RawHttp.post("/v1/purchases", GatewayFixture.purchase(TRACE)));
            begun.join();
            CompletableFuture<Boolean> stopped =
                    CompletableFuture.supplyAsync(
                            () -> bank.gateway.stop(Duration.ofSeconds(20)),
                            Thread::startVirtualThread);

            // A connection that is kept meanwhile is told that the gateway goes.
            while (kept.send(RawHttp.get("/health/ready")).read().status() == 200) {
                Thread.onSpinWait();
            }
            slow.complete(ShopCell.accepted("late"));

            assertThat(http.read().json().path("said").asText()).isEqualTo("late");
            assertThat(stopped.join()).isTrue();
        }
    }

    /** Asks for a trace number anywhere and uses it; answers which cell served it. */
    private String buyAnywhere() {
        String trace =
                bank.exchange(RawHttp.get("/v1/trace-number")).json().path("trace_number").asText();
        return buy(GatewayFixture.purchase(trace)).json().path("said").asText();
    }

    private RawHttp.Reply buy(String body) {
        return bank.exchange(RawHttp.post("/v1/purchases", body));
    }
}
