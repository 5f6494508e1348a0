package io.feiqian.simulation.audit;

/** The auditor found the books wrong. The message says what it saw. */
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A finding. */
    public Violation(String seen) {
        super(seen);
    }
}
