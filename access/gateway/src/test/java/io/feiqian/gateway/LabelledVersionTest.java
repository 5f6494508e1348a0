package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Side;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.GovernedCalls;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels choose which version of a service answers; policies know who asks and for whom. */
class LabelledVersionTest {
    private static final String ITEMS = "/v1/accounts/0001100000000012/items";

    @TempDir private Path folder;
    private final Timer timer = Timer.system("labelled");
    private final Governance calling = Governance.of(GovernanceSetup.at(Side.CALLER));
    private final Governance entrance = Governance.of(GovernanceSetup.at(Side.GATEWAY));
    private ApiFixture bank;
    private ServiceApi api;

    @BeforeEach
    void start() throws Exception {
        bank = new ApiFixture(folder, new GovernedCalls(calling, timer, Randomness.seeded(1)));
        LearntServices services = bank.learnt();
        services.look();
        api = bank.api(services, new GovernedCalls(entrance, timer, Randomness.seeded(1)));
        // Two versions of the service in the cell that owns the account.
        bank.instances.put(
                ApiFixture.ONE,
                List.of(labelled(bank.one.endpoint(), "a"), labelled(bank.two.endpoint(), "b")));
        publish(
                calling,
                """
                {"id": "versions", "version": 1, "side": "caller", "route": {"rules":
                  [{"labels": {"release": "b"}, "to": {"release": "b"}}]}}
                """);
    }

    private static Endpoint labelled(Endpoint where, String release) {
        return new Endpoint(
                where.instance(), where.host(), where.port(), Map.of("release", release));
    }

    @AfterEach
    void stop() {
        bank.close();
        timer.close();
    }

    @Requirement({"P6.2.2.2-a", "S.gw-1"})
    @Test
    void theRoutesLabelChoosesTheVersionThatAnswers() {
        RouteConfig gray = ApiFixture.route(false, Map.of("release", "b"));
        for (int i = 0; i < 10; i++) {
            assertThat(ask(gray, "", "").body()).contains("\"said\":\"two\"");
        }
        assertThat(bank.two.contexts.getLast().grayLabel()).isEqualTo("release=b");
    }

    @Requirement({"P6.2.2.2-a", "B6.2-b.2"})
    @Test
    void aRuleLabelsByTheAuthenticatedCallerAndChannel() {
        publish(
                bank.labels.governance(),
                """
                {"id": "early", "version": 1, "side": "gateway",
                  "applies": {"caller": "acme", "labels": {"channel": "mobile"}},
                  "label": {"name": "release", "value": "b", "rules": [{"parameters": {"account": "0001100000000012"}}]}}
                """);
        RouteConfig plain = ApiFixture.route(false, Map.of());
        for (int i = 0; i < 10; i++) {
            assertThat(ask(plain, "acme", "mobile").body()).contains("\"said\":\"two\"");
        }
        ask(plain, "acme", "desk");
        ask(plain, "globex", "mobile");
        assertThat(
                        java.util.stream.Stream.concat(
                                        bank.one.contexts.stream(), bank.two.contexts.stream())
                                .filter(each -> each.grayLabel().isEmpty()))
                .hasSize(2);
    }

    @Requirement({"P6.2.2.2-b", "B6.2-c.2"})
    @Test
    void aLimitCountsByTheAuthenticatedChannel() {
        publish(
                entrance,
                """
                {"id": "mobile", "version": 1, "side": "gateway",
                  "applies": {"labels": {"channel": "mobile"}}, "rate": {"perSecond": 0.02}}
                """);
        RouteConfig plain = ApiFixture.route(false, Map.of());

        assertThat(ask(plain, "acme", "mobile").status()).isEqualTo(200);
        HttpAnswer refused = ask(plain, "globex", "mobile");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains(OutcomeCode.RATE_LIMITED.name());
        assertThat(ask(plain, "acme", "desk").status()).isEqualTo(200);
    }

    @Requirement({"B6.2-b.1", "P6.2.2.2-g"})
    @Test
    void aPolicyOfAccessKnowsTheAuthenticatedCaller() {
        publish(
                entrance,
                """
                {"id": "who", "version": 1, "side": "gateway",
                  "access": {"allowCallers": ["acme"]}}
                """);
        RouteConfig plain = ApiFixture.route(false, Map.of());

        assertThat(ask(plain, "acme", "").status()).isEqualTo(200);
        assertThat(ask(plain, "mallory", "").status()).isEqualTo(403);
        assertThat(ask(plain, "", "").status()).isEqualTo(403);
    }

    private HttpAnswer ask(RouteConfig route, String caller, String channel) {
        HttpQuestion question = ApiFixture.get(ITEMS);
        return api.answer(
                        route,
                        question,
                        ApiFixture.client("192.0.2.1"),
                        new Caller(caller, channel, Set.of()))
                .join();
    }

    private static void publish(Governance where, String policy) {
        assertThat(where.publish("{\"version\": 1, \"policies\": [" + policy + "]}"))
                .isEqualTo(Outcome.accepted());
    }
}
