package io.feiqian.alarms;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.alarms.AlarmState.Phase;
import io.feiqian.telemetry.Alarm.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class AlarmProtocolTest {
    @Test
    void whatLastsIsRaisedAndWhatPassesIsNot() {
        Rule rule = rule(Rule.Test.ABOVE, 5, Duration.ofSeconds(20));

        assertThat(phases(rule, 9, 9, 1, 9, 9, 9))
                .containsExactly(
                        Phase.PENDING,
                        Phase.PENDING,
                        Phase.QUIET,
                        Phase.PENDING,
                        Phase.PENDING,
                        Phase.RAISED);
    }

    @Test
    void whatIsRaisedEndsOnlyOnceItIsOverForAsLong() {
        Rule rule = rule(Rule.Test.ABOVE, 5, Duration.ofSeconds(20));

        assertThat(phases(rule, 9, 9, 9, 1, 9, 1, 1, 1, 1))
                .containsExactly(
                        Phase.PENDING,
                        Phase.PENDING,
                        Phase.RAISED,
                        Phase.ENDING,
                        Phase.RAISED,
                        Phase.ENDING,
                        Phase.ENDING,
                        Phase.ENDED,
                        Phase.QUIET);
    }

    @Test
    void withoutDurationOneLookIsEnough() {
        Rule rule = rule(Rule.Test.BELOW, 5, Duration.ZERO);

        assertThat(phases(rule, 1, 1, 7, 7))
                .containsExactly(Phase.RAISED, Phase.RAISED, Phase.ENDED, Phase.QUIET);
    }

    @Test
    void theBoundItselfIsAllowed() {
        assertThat(phases(rule(Rule.Test.ABOVE, 5, Duration.ZERO), 5)).containsExactly(Phase.QUIET);
        assertThat(phases(rule(Rule.Test.BELOW, 5, Duration.ZERO), 5)).containsExactly(Phase.QUIET);
    }

    @Test
    void silenceIsAnAlarmOnlyWhereItIsLookedFor() {
        Rule absent = rule(Rule.Test.ABSENT, 0, Duration.ZERO);
        Rule above = rule(Rule.Test.ABOVE, 0, Duration.ZERO);
        AlarmState raised = new AlarmState(Phase.RAISED, 0);

        assertThat(next(AlarmState.QUIET, absent, Optional.of(Seen.nothing("x"))).phase())
                .isEqualTo(Phase.RAISED);
        assertThat(next(AlarmState.QUIET, absent, Optional.empty()).phase())
                .isEqualTo(Phase.RAISED);
        assertThat(next(raised, absent, Optional.of(Seen.of("x", 3))).phase())
                .isEqualTo(Phase.ENDED);
        assertThat(next(AlarmState.QUIET, above, Optional.of(Seen.nothing("x"))).phase())
                .isEqualTo(Phase.QUIET);
        assertThat(next(raised, above, Optional.empty()).phase()).isEqualTo(Phase.ENDED);
    }

    private static AlarmState next(AlarmState before, Rule rule, Optional<Seen> seen) {
        return AlarmProtocol.next(before, rule, seen, 0);
    }

    /** A look every ten seconds. */
    private static List<Phase> phases(Rule rule, double... values) {
        List<Phase> phases = new ArrayList<>();
        AlarmState state = AlarmState.QUIET;
        for (int i = 0; i < values.length; i++) {
            state =
                    AlarmProtocol.next(
                            state, rule, Optional.of(Seen.of("x", values[i])), i * 10_000L);
            phases.add(state.phase());
        }
        return phases;
    }

    static Rule rule(Rule.Test test, double bound, Duration lasting) {
        return new Rule(
                0,
                "a rule",
                true,
                Severity.WARNING,
                new Signal(Signal.Kind.METRIC, "queue.length", "", ""),
                test,
                bound,
                Duration.ofMinutes(1),
                lasting,
                List.of());
    }
}
