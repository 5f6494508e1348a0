package io.feiqian.simulation.fibers;

/** Unwinds the threads of a process that was killed. Whatever they still try, nothing happens. */
public final class Killed extends Error {
    private static final long serialVersionUID = 1;

    /** The same for every thread; it has no trace, since it is thrown a million times. */
    public Killed() {
        super("killed", null, false, false);
    }
}
