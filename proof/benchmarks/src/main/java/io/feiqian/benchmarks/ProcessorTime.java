package io.feiqian.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.List;

/** Processor time used so far. */
final class ProcessorTime {
    private static final com.sun.management.OperatingSystemMXBean MACHINE =
            (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private ProcessorTime() {}

    /** Of this process, nanoseconds. */
    static double ownNanos() {
        return MACHINE.getProcessCpuTime();
    }

    /** Of this process and these databases, nanoseconds. */
    static double nanos(List<BenchDatabase> databases) {
        return ownNanos()
                + databases.stream().mapToDouble(each -> each.processorTime().toNanos()).sum();
    }
}
