package io.feiqian.simulation.audit;

/** How the auditor reads account and trace numbers, by their digits. */
final class Numbers {
    private Numbers() {}

    static int slotOf(long account) {
        return (int) (account / 1_000_000_000_000L);
    }

    static boolean isInterCell(long account) {
        return classOf(account) == 90;
    }

    static boolean isSuspense(long account) {
        return classOf(account) == 91;
    }

    static boolean isCustomer(long account) {
        return classOf(account) == 10;
    }

    /** The other cell of an inter-cell account, whichever part of it this is. */
    static int peerOf(long account) {
        return (int) (account / 10 % 1_000_000L / 1_000);
    }

    /** The home slot in a trace number. */
    static int homeOf(String trace) {
        return Integer.parseInt(trace, 8, 12, 10);
    }

    private static int classOf(long account) {
        return (int) (account / 10_000_000_000L % 100);
    }
}
