package io.feiqian.governance.spi;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The load that the platform measures. */
enum MachineLoad implements LoadSource {
    INSTANCE;

    @Override
    public double cpu() {
        // Asked each time: the bean remembers when it was last asked and answers for the time
        // since.
        double load = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getCpuLoad();
        return load >= 0 ? load : 0;
    }
}
