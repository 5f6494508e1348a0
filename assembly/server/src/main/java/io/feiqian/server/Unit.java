package io.feiqian.server;

import io.feiqian.cli.ProcessEntry.Role;
import java.io.IOException;

/** Something the supervisor keeps running: a process of its own that can be started again. */
interface Unit {
    /** Its name, such as {@code cell-1-2}. */
    String name();

    /** What it does. */
    Role role();

    /** The cell it belongs to; empty for none. */
    String cell();

    /** Where it listens. */
    String address();

    /**
     * Starts it and waits until it is ready.
     *
     * @throws IOException where it does not become ready, with what its log says
     */
    Running start() throws IOException, InterruptedException;

    /** A started unit. */
    interface Running {
        /** Its process. */
        ProcessHandle handle();

        /** Asks it to end in order, waits, and kills it where it takes too long. */
        void stop() throws InterruptedException;
    }
}
