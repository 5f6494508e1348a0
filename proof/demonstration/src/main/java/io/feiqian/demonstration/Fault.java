package io.feiqian.demonstration;

import io.feiqian.runtime.Randomness;
import java.util.ArrayList;
import java.util.List;

/** What befalls one transfer; the same for every way to do it, by a seed. */
enum Fault {
    /** Nothing. */
    NONE("nothing"),
    /** The paying service dies after its first step and before the next. */
    DIES_MIDWAY("dies midway"),
    /** The call of the paid service never arrives. */
    REQUEST_LOST("request lost"),
    /** The paid service did it, and its answer never arrives. */
    ANSWER_LOST("answer lost"),
    /** The paying service dies when everything is decided, before anybody is told. */
    DIES_AT_THE_END("dies at the end");

    private static final int EACH_OF_HUNDRED = 8;

    private final String label;

    Fault(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** The faults of so many transfers. */
    static List<Fault> sequence(long seed, int transfers) {
        Randomness random = Randomness.seeded(seed);
        List<Fault> sequence = new ArrayList<>(transfers);
        for (int i = 0; i < transfers; i++) {
            int fault = random.nextInt(100) / EACH_OF_HUNDRED + 1;
            sequence.add(fault < values().length ? values()[fault] : NONE);
        }
        return sequence;
    }
}
