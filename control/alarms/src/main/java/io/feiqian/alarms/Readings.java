package io.feiqian.alarms;

import java.util.List;

/** Where what rules look at comes from. Thread-safe. */
@FunctionalInterface
interface Readings {
    /**
     * What is to be seen of a rule's objects now; every object that was heard of within the last
     * hour where the rule looks for silence.
     *
     * @throws io.feiqian.vocabulary.RefusedException where nobody answers
     */
    List<Seen> read(Rule rule, long nowMillis);
}
