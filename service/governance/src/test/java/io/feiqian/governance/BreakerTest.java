package io.feiqian.governance;

import static io.feiqian.governance.Bench.CALL;
import static io.feiqian.governance.Bench.admitted;
import static io.feiqian.governance.Bench.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A breaker opens on what fails or is slow, and tries again. */
@Requirement({"P6.2.2.5-f", "P6.2.3-e"})
final class BreakerTest {
    private static final Duration QUICK = Duration.ofMillis(10);
    private static final OutcomeCode WELL = OutcomeCode.ACCEPTED;
    private static final OutcomeCode BADLY = OutcomeCode.UNKNOWN;

    private final Bench bench =
            Bench.with(
                    "\"breaker\": {\"failures\": 0.5, \"slow\": 0.8, \"slowAfter\": \"500ms\","
                            + " \"window\": \"10s\", \"minimumCalls\": 10, \"openFor\": \"5s\","
                            + " \"probes\": 2}");

    @Test
    void itOpensAtTheShareOfFailuresAndNotBefore() {
        for (int i = 0; i < 9; i++) {
            assertThat(bench.run(CALL, QUICK, BADLY)).as("too few calls say nothing").isTrue();
        }
        assertThat(bench.run(CALL, QUICK, BADLY)).isTrue();
        Decision.Refused refused = refused(bench.decide(CALL));

        assertThat(refused.code()).isEqualTo(OutcomeCode.CIRCUIT_OPEN);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(bench.report("p").state()).isEqualTo("OPEN");
    }

    @Test
    void aShareBelowTheBoundKeepsItClosed() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(bench.run(CALL, QUICK, i % 5 < 3 ? WELL : BADLY)).isTrue();
        }
    }

    @Test
    void whatTheBusinessRefusesIsNoFailure() {
        for (int i = 0; i < 100; i++) {
            assertThat(bench.run(CALL, QUICK, OutcomeCode.INSUFFICIENT_FUNDS)).isTrue();
            assertThat(bench.run(CALL, QUICK, OutcomeCode.SQL_LOCK_CONFLICT)).isTrue();
        }
    }

    @Test
    void slowCallsOpenItToo() {
        for (int i = 0; i < 10; i++) {
            assertThat(bench.run(CALL, Duration.ofMillis(501), WELL)).isTrue();
        }
        refused(bench.decide(CALL));
    }

    @Test
    void whatIsOlderThanTheWindowIsForgotten() {
        for (int i = 0; i < 9; i++) {
            bench.run(CALL, QUICK, BADLY);
        }
        bench.clock.advance(Duration.ofSeconds(11));
        for (int i = 0; i < 9; i++) {
            assertThat(bench.run(CALL, QUICK, BADLY)).isTrue();
        }
        assertThat(bench.run(CALL, QUICK, WELL)).isTrue();
        refused(bench.decide(CALL));
    }

    @Test
    void halfOpenItTriesAFewCallsAndGoesByThem() {
        open();
        bench.clock.advance(Duration.ofSeconds(5));
        Admitted one = admitted(bench.decide(CALL));
        Admitted two = admitted(bench.decide(CALL));
        refused(bench.decide(CALL));
        one.close(WELL);
        two.close(WELL);
        assertThat(bench.report("p").state()).isEqualTo("CLOSED");

        open();
        bench.clock.advance(Duration.ofSeconds(5));
        admitted(bench.decide(CALL)).close(BADLY);
        refused(bench.decide(CALL));
        assertThat(bench.report("p").state()).isEqualTo("OPEN");
    }

    @Test
    void probesThatNeverComeBackOrNeverHappenedDoNotKeepItHalfOpen() {
        open();
        bench.clock.advance(Duration.ofSeconds(5));
        admitted(bench.decide(CALL)).abandon();
        Admitted lost = admitted(bench.decide(CALL));
        admitted(bench.decide(CALL));
        refused(bench.decide(CALL));

        bench.clock.advance(Duration.ofSeconds(5));
        Admitted one = admitted(bench.decide(CALL));
        lost.close(BADLY);
        one.close(WELL);
        admitted(bench.decide(CALL)).close(WELL);
        assertThat(bench.report("p").state()).isEqualTo("CLOSED");
    }

    @Test
    void whatBeganBeforeItOpenedDoesNotCountAgainstTheProbes() {
        Admitted early = admitted(bench.decide(CALL));
        open();
        bench.clock.advance(Duration.ofSeconds(5));
        admitted(bench.decide(CALL)).close(WELL);
        early.close(BADLY);
        assertThat(bench.report("p").state()).isEqualTo("HALF_OPEN");
    }

    @Test
    void eachValueHasABreakerOfItsOwn() {
        Bench each =
                Bench.with(
                        "\"per\": [\"cell\", \"method\"], \"breaker\": {\"failures\": 0.5,"
                                + " \"minimumCalls\": 1}");
        each.run(CALL.toCell("C01"), QUICK, BADLY);

        assertThat(each.passes(CALL.toCell("C01"))).isFalse();
        assertThat(each.passes(CALL.toCell("C02"))).isTrue();
    }

    private void open() {
        for (int i = 0; i < 40 && bench.run(CALL, QUICK, BADLY); i++) {
            bench.clock.advance(QUICK);
        }
        assertThat(bench.report("p").state()).isEqualTo("OPEN");
    }
}
