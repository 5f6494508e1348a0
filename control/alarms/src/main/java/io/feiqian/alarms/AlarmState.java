package io.feiqian.alarms;

/**
 * How an alarm stands: one object that one rule looks at.
 *
 * @param phase how far it is
 * @param since since when, milliseconds since 1970
 */
record AlarmState(Phase phase, long since) {
    /** How far an alarm is. */
    enum Phase {
        /** As it should be: not kept. */
        QUIET,
        /** Violated, but not for long enough. */
        PENDING,
        /** An operator has to look. */
        RAISED,
        /** Raised, and not violated any more, but not for long enough. */
        ENDING,
        /** It was raised, and is over: history. */
        ENDED
    }

    static final AlarmState QUIET = new AlarmState(Phase.QUIET, 0);

    boolean isRaised() {
        return phase == Phase.RAISED || phase == Phase.ENDING;
    }
}
