package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Side;
import io.feiqian.rpc.GovernedCalls;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies at the gateway, as operators write them: what clients see, and what cells never see. */
class GatewayPoliciesTest {
    private static final String BUY =
            "\"applies\": {\"service\": \"feiqian.gateway.shop.Shop\", \"method\": \"Buy\"%s}";

    @TempDir private Path folder;
    private final Timer timer = Timer.system("gateway-policies");
    private final Governance entrance = Governance.of(GovernanceSetup.at(Side.GATEWAY));
    private final Governance calling = Governance.of(GovernanceSetup.at(Side.CALLER));
    private GatewayFixture bank;
    private int version;

    @BeforeEach
    void start() {
        bank =
                new GatewayFixture(
                        folder,
                        GatewayConfig.DEFAULT,
                        new GovernedCalls(entrance, timer, Randomness.seeded(1)),
                        new GovernedCalls(calling, timer, Randomness.seeded(1)));
    }

    @AfterEach
    void stop() {
        bank.close();
        timer.close();
    }

    @Requirement({"P6.2.2.5-h", "P6.2.3-c", "P6.2.2.2-b", "D5.5-d", "D5.7-b", "D6.10-d"})
    @Test
    void whatALimitRefusesIsAProblemThatSaysWhenToComeAgainAndNoCellSeesIt() {
        publish(
                entrance,
                "{\"id\": \"desk\", \"version\": 1, \"side\": \"gateway\", "
                        + BUY.formatted(", \"labels\": {\"channel\": \"999\"}")
                        + ", \"rate\": {\"perSecond\": 0.02}}");
        assertThat(buy("{}").status()).isEqualTo(200);
        RawHttp.Reply refused = buy("{}");

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo(OutcomeCode.RATE_LIMITED.number());
        assertThat(refused.json().path("name").asText()).isEqualTo("RATE_LIMITED");
        assertThat(refused.json().path("detail").asText()).contains("policy desk v1");
        assertThat(refused.json().path("trace_number").asText()).isEqualTo(GatewayFixture.TRACE);
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(40, 50);
        assertThat(bank.one.requests).hasSize(1);
        assertThat(items().status()).as("another method").isEqualTo(200);

        publish(entrance, "");
        assertThat(buy("{}").status()).isEqualTo(200);
    }

    @Requirement({"P6.2.2.5-d", "P6.2.3-d", "B6.2-d", "D5.5-d", "D5.7-b"})
    @Test
    void aPolicyChoosesByFieldsOfTheRequestAndAnswersInsteadOfTheCell() {
        publish(
                entrance,
                "{\"id\": \"hand\", \"version\": 1, \"side\": \"gateway\", "
                        + BUY.formatted(
                                ", \"parameters\": {\"parcel.street\": \"closed\", \"color\":"
                                        + " \"RED\"}")
                        + ", \"degrade\": {\"when\": \"always\", \"instead\": {\"answer\": {\"said\":"
                        + " \"by hand\"}}}}");
        RawHttp.Reply instead = buy("{\"color\": \"RED\", \"parcel\": {\"street\": \"closed\"}}");
        assertThat(instead.status()).isEqualTo(200);
        assertThat(instead.json().path("said").asText()).isEqualTo("by hand");
        assertThat(bank.one.requests).isEmpty();
        assertThat(buy("{\"parcel\": {\"street\": \"closed\"}}").json().path("said").asText())
                .isEqualTo("one");
    }

    @Requirement({"P6.2.2.5-f", "P6.2.3-e", "B6.2-d", "D5.5-d", "D5.7-b", "D6.10-d"})
    @Test
    void aBreakerOfItsCallsSparesTheCellThatFails() {
        publish(
                calling,
                "{\"id\": \"cells\", \"version\": 1, \"side\": \"caller\", \"per\": \"cell\","
                        + " \"breaker\": {\"failures\": 0.5, \"minimumCalls\": 3, \"openFor\":"
                        + " \"60s\"}}");
        bank.one.answer(ShopCell.refused(OutcomeCode.INTERNAL_ERROR, false));
        for (int i = 0; i < 3; i++) {
            assertThat(items().status()).isEqualTo(500);
        }
        RawHttp.Reply spared = items();
        assertThat(spared.status()).isEqualTo(503);
        assertThat(spared.code()).isEqualTo(OutcomeCode.CIRCUIT_OPEN.number());
        assertThat(Integer.parseInt(spared.header("Retry-After"))).isBetween(30, 60);
        assertThat(bank.one.requests).hasSize(3);
        assertThat(
                        bank.exchange(
                                        RawHttp.post(
                                                "/v1/purchases",
                                                GatewayFixture.purchase(
                                                        GatewayFixture.TRACE_OF_TWO)))
                                .status())
                .isEqualTo(200);
    }

    @Requirement({"P6.2.2.5-h", "D5.7-b"})
    @Test
    void aRequestWaitsForItsTurnWithoutHoldingUpOthers() {
        publish(
                entrance,
                "{\"id\": \"turns\", \"version\": 1, \"side\": \"gateway\", "
                        + BUY.formatted("")
                        + ", \"rate\": {\"perSecond\": 5, \"burst\": 1, \"excess\": {\"queue\":"
                        + " {\"most\": 5, \"longest\": \"5s\"}}}}");
        long begun = Clock.system().nanos();
        for (int i = 0; i < 3; i++) {
            assertThat(buy("{}").status()).isEqualTo(200);
        }
        assertThat(Clock.system().nanos() - begun).isGreaterThan(300_000_000);
    }

    @Requirement({"P6.2.3-h", "P6.2.3-j"})
    @Test
    void anOperatorIsKnownByNameToAccessLists() {
        publish(
                entrance,
                "{\"id\": \"who\", \"version\": 1, \"side\": \"gateway\", "
                        + BUY.replace("Buy", "Recall").formatted("")
                        + ", \"access\": {\"allowCallers\": [\"anna\"]}}");
        assertThat(recall("mallory").code()).isEqualTo(OutcomeCode.NOT_PERMITTED.number());
        assertThat(bank.one.requests).isEmpty();
        assertThat(recall("anna").status()).isEqualTo(200);
    }

    private RawHttp.Reply recall(String operator) {
        return bank.exchange(
                RawHttp.post(
                        "/v1/accounts/0001100000000012/recall",
                        "{\"trace_number\": \"" + GatewayFixture.TRACE + "\"}",
                        "Authorization: Bearer " + bank.token.reveal(),
                        "Feiqian-Operator: " + operator,
                        "Feiqian-Reason: a test"));
    }

    private RawHttp.Reply items() {
        return bank.exchange(RawHttp.get("/v1/accounts/0001100000000012/items"));
    }

    private RawHttp.Reply buy(String more) {
        String fields = more.substring(1);
        return bank.exchange(
                RawHttp.post(
                        "/v1/purchases",
                        "{\"trace_number\": \""
                                + GatewayFixture.TRACE
                                + "\""
                                + (fields.equals("}") ? fields : ", " + fields)));
    }

    private void publish(Governance where, String policies) {
        var outcome =
                where.publish(
                        "{\"version\": %d, \"policies\": [%s]}".formatted(++version, policies));
        assertThat(outcome.isAccepted()).as(outcome.message()).isTrue();
    }
}
