package io.feiqian.chaos;

import java.util.List;
import java.util.Map;

/** What is done to a bank while it is under load. */
interface Upheaval {
    /** Does it, and returns when it is over. */
    void run() throws InterruptedException;

    /** How often each kind of it happened; 0 for what ought to have happened. */
    Map<FaultKind, Integer> happened();

    /** What went wrong with doing it, each a sentence. */
    List<String> failures();
}
