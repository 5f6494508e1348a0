package io.feiqian.governance;

import java.util.concurrent.atomic.LongAdder;

/** How often a policy said what. Thread-safe. */
final class Counters {
    final LongAdder admitted = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder queued = new LongAdder();
    final LongAdder degraded = new LongAdder();
    final LongAdder faults = new LongAdder();
    volatile String lastWhy = "";
}
