package io.feiqian.conformance;

import java.util.Locale;

/** What the project says of one requirement. */
public enum Verdict {
    /** A test that would fail without the behaviour; the evidence names it. */
    TEST,
    /** A drill with real processes: chaos, a loader, a benchmark with a bound. */
    DRILL,
    /** Met by an engine behind a port; the evidence is the port's contract test. */
    ENGINE,
    /** Met by the organisation that runs the bank; the evidence is a page of the documentation. */
    GUIDANCE,
    /** Not met on purpose; the evidence says why. */
    DECLINED,
    /** Not decided or not built yet. */
    OPEN;

    /** The word in the register and on the screen. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The verdict with this word.
     *
     * @throws IllegalArgumentException where there is none
     */
    public static Verdict ofWord(String word) {
        for (Verdict each : values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "verdict: \"%s\" (expected: test, drill, engine, guidance, declined or open)"
                        .formatted(word));
    }
}
