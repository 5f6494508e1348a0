package io.feiqian.alarms;

import io.feiqian.alarms.AlarmState.Phase;
import java.util.Optional;

/** How an alarm goes on with every look, as a pure function. */
final class AlarmProtocol {
    private AlarmProtocol() {}

    /**
     * How it stands after a look. What is heard of no more is not violated any more, unless silence
     * is what the rule looks for.
     *
     * @param seen what was seen; empty where nothing is known of the object
     */
    static AlarmState next(AlarmState before, Rule rule, Optional<Seen> seen, long nowMillis) {
        long lasting = rule.lasting().toMillis();
        if (isViolated(rule, seen)) {
            return switch (before.phase()) {
                case QUIET, ENDED ->
                        new AlarmState(lasting == 0 ? Phase.RAISED : Phase.PENDING, nowMillis);
                case PENDING ->
                        nowMillis - before.since() >= lasting
                                ? new AlarmState(Phase.RAISED, nowMillis)
                                : before;
                case RAISED -> before;
                case ENDING -> new AlarmState(Phase.RAISED, nowMillis);
            };
        }
        return switch (before.phase()) {
            case QUIET, ENDED, PENDING -> AlarmState.QUIET;
            case RAISED -> new AlarmState(lasting == 0 ? Phase.ENDED : Phase.ENDING, nowMillis);
            case ENDING ->
                    nowMillis - before.since() >= lasting
                            ? new AlarmState(Phase.ENDED, nowMillis)
                            : before;
        };
    }

    private static boolean isViolated(Rule rule, Optional<Seen> seen) {
        if (rule.test() == Rule.Test.ABSENT) {
            return seen.filter(Seen::present).isEmpty();
        }
        return seen.filter(it -> it.present() && rule.isViolatedBy(it.value())).isPresent();
    }
}
