package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Side;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.rpc.GovernedCalls;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Requirement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients get by a policy where the last backend failed, and where they must not. */
@Requirement({"P6.2.2.5-d", "P6.2.2.5-f"})
class FallbackTest {
    private static final String ANSWER = "{\"answer\": {\"said\": \"later\"}}";
    private static final String SPARE = "{\"service\": \"spare\"}";

    private final Shop shop = new Shop("shop");
    private final Shop spare = new Shop("spare");
    private final Timer timer = Timer.system("rules");
    private final Governance governance = Governance.of(GovernanceSetup.at(Side.GATEWAY));
    private final Door door =
            new Door(
                    config(),
                    parts ->
                            parts.withRules(
                                    new GovernedCalls(governance, timer, Randomness.shared(5)),
                                    CallPolicies.NONE));

    @AfterEach
    void stop() {
        door.close();
        timer.close();
        shop.close();
        spare.close();
    }

    @Test
    void aBackendThatClosesIsReplacedByAnAnswer() {
        instead("failure", ANSWER);
        shop.behave((wire, request) -> wire.close());
        Wire.Message answer = get();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("later");
    }

    @Test
    void oneThatAnswersWithAFaultIsReplacedByAnother() {
        instead("failure", SPARE);
        shop.behave(
                (wire, request) -> wire.send("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"));
        assertThat(get().body()).isEqualTo("said by spare");
        assertThat(get().body()).isEqualTo("said by spare");
        assertThat(shop.seen).hasSize(2);
    }

    @Test
    void oneThatHangsIsReplacedWhenItsTimeIsOver() {
        instead("failure", SPARE);
        shop.behave((wire, request) -> {});
        assertThat(get().body()).isEqualTo("said by spare");
    }

    @Test
    void aChangeThatReachedNobodyIsDoneByAnother() {
        instead("failure", SPARE);
        shop.close();
        assertThat(post().body()).isEqualTo("said by spare");
        assertThat(spare.seen.getFirst().body()).isEqualTo("{}");
    }

    @Test
    void aChangeThatMayHaveHappenedIsNotCoveredUp() {
        instead("failure", SPARE);
        shop.behave((wire, request) -> wire.close());
        assertThat(post().body()).contains("UNKNOWN");
        shop.behave((wire, request) -> wire.send("HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\noh"));
        assertThat(post().body()).isEqualTo("oh");
        assertThat(spare.seen).as("nothing is done twice").isEmpty();
    }

    @Test
    void aFallbackThatFailsTooIsTheEnd() {
        instead("failure", SPARE);
        shop.behave((wire, request) -> wire.close());
        spare.behave((wire, request) -> wire.close());
        assertThat(get().status()).isEqualTo(502);
        assertThat(spare.seen).hasSize(1);
    }

    @Test
    void withoutTheWordOnlyRefusalsAreReplaced() {
        instead("breaker", ANSWER);
        shop.behave((wire, request) -> wire.close());
        assertThat(get().status()).isEqualTo(502);
    }

    @Test
    void aBreakerCountsWhatWasReplacedAndThenKeepsRequestsAway() {
        publish(
                policy("stop", "\"breaker\": {\"failures\": 0.5, \"minimumCalls\": 3}")
                        + ", "
                        + policy("instead", degrade("\"breaker\", \"failure\"", ANSWER)));
        shop.behave((wire, request) -> wire.close());
        for (int i = 0; i < 10; i++) {
            assertThat(get().body()).contains("later");
        }
        assertThat(shop.seen).hasSize(3);
    }

    private void instead(String when, String what) {
        publish(policy("instead", degrade("\"" + when + "\"", what)));
    }

    private void publish(String policies) {
        var taken = governance.publish("{\"version\": 1, \"policies\": [%s]}".formatted(policies));
        assertThat(taken.isAccepted()).as(taken.message()).isTrue();
    }

    private static String degrade(String when, String what) {
        return "\"degrade\": {\"when\": [%s], \"instead\": %s}".formatted(when, what);
    }

    private static String policy(String id, String rule) {
        return ("{\"id\": \"%s\", \"version\": 1, \"side\": \"gateway\","
                        + " \"applies\": {\"service\": \"web\"}, %s}")
                .formatted(id, rule);
    }

    private Wire.Message get() {
        return Wire.exchange(door.port(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    private Wire.Message post() {
        return Wire.exchange(
                door.port(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
    }

    private ProxyConfig config() {
        return ProxyConfig.type()
                .parse(
                        """
                        {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"]}],
                         "routes": [{"name": "web", "pool": "shop", "retries": 1}],
                         "pools": [
                            {"name": "shop", "backends": [{"address": "127.0.0.1:%d"}],
                             "timeouts": {"answer": "300ms"}},
                            {"name": "spare", "backends": [{"address": "127.0.0.1:%d"}]}]}
                        """
                                .formatted(shop.port(), spare.port()));
    }
}
