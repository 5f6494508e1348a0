package io.feiqian.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.time.Instant;

/** Governance on a clock that the test moves. */
final class Bench {
    static final String SERVICE = "feiqian.bank.Payments";
    static final CallFacts CALL = CallFacts.of(SERVICE, "Transfer");

    final SettableClock clock = new SettableClock(Instant.parse("2026-06-01T08:00:00Z"));
    final Governance governance;

    Bench() {
        governance = Governance.of(GovernanceSetup.at(Side.PROVIDER).with(clock));
    }

    Bench(GovernanceSetup setup) {
        governance = Governance.of(setup.with(clock));
    }

    /** With one policy named p, for all calls. */
    static Bench with(String rule) {
        Bench bench = new Bench();
        bench.publish(1, policy("p", rule));
        return bench;
    }

    static String policy(String id, String rule) {
        return "{\"id\": \"%s\", \"version\": 1, \"side\": \"provider\", %s}".formatted(id, rule);
    }

    void publish(int version, String... policies) {
        assertThat(governance.publish(document(version, policies)).message()).isEmpty();
    }

    static String document(int version, String... policies) {
        return "{\"version\": %d, \"policies\": [%s]}"
                .formatted(version, String.join(",\n", policies));
    }

    Decision decide(Call call) {
        return governance.decide(call);
    }

    /** Whether a call is admitted now; it ends at once, well. */
    boolean passes(Call call) {
        Decision decision = governance.decide(call);
        if (decision instanceof Admitted admitted) {
            admitted.close(OutcomeCode.ACCEPTED);
            return true;
        }
        return false;
    }

    /** The call happens, takes so long and ends so. */
    boolean run(Call call, Duration took, OutcomeCode end) {
        Decision decision = governance.decide(call);
        clock.advance(took);
        if (decision instanceof Admitted admitted) {
            admitted.close(end);
            return true;
        }
        return false;
    }

    static Decision.Refused refused(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Refused.class);
        return (Decision.Refused) decision;
    }

    static Admitted admitted(Decision decision) {
        assertThat(decision).isInstanceOf(Admitted.class);
        return (Admitted) decision;
    }

    PolicyReport report(String id) {
        return governance.report().policies().stream()
                .filter(each -> each.policy().id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
