package io.feiqian.governance;

/**
 * How much is given up under overload; a pure function of windows of measurements.
 *
 * <p>One number: from 0 to 1 it is the share of calls of {@link Priority#LOW} that is refused, from
 * 1 to 2 that of {@link Priority#NORMAL} while all below are refused, from 2 to 3 that of {@link
 * Priority#HIGH}. It rises by how far the pressure is beyond its bound and falls slowly, so that it
 * settles where the bound just holds.
 *
 * @param level 0 to 3
 */
record Shedding(double level) {
    static final Shedding NONE = new Shedding(0);

    private static final double MOST = 3;
    private static final double FASTEST_UP = 0.25;
    private static final double UP = 0.25;
    private static final double FASTEST_DOWN = 0.05;
    private static final double DOWN = 0.2;

    /**
     * After some more windows.
     *
     * @param pressure the measurement over its bound; 1 is just right
     * @param windows how many have passed, 1 or more
     */
    Shedding next(double pressure, long windows) {
        double off = pressure - 1;
        double step =
                off > 0
                        ? Math.min(FASTEST_UP, off * UP)
                        : Math.max(-FASTEST_DOWN, off * DOWN) * Math.min(windows, 1_000);
        return new Shedding(Math.max(0, Math.min(MOST, level + step)));
    }

    /** The share of calls of this priority that is refused, from 0 to 1. */
    double share(Priority priority) {
        return switch (priority) {
            case LOW -> clamp(level);
            case NORMAL -> clamp(level - 1);
            case HIGH -> clamp(level - 2);
            case CRITICAL -> 0;
        };
    }

    private static double clamp(double value) {
        return Math.max(0, Math.min(1, value));
    }
}
