package io.feiqian.governance;

/**
 * What policies see of a call. A text that is not there is empty. {@link #parameter} and {@link
 * #label} are asked only where a policy names them, so they may read lazily. Read by the thread
 * that decides, and again by the one that resumes a call that waited.
 */
public interface Call {
    /** The full name of the service, such as {@code feiqian.bank.Payments}. */
    String service();

    /** The bare name of the method, such as {@code Transfer}. */
    String method();

    /** The authenticated name of who calls; empty for none. */
    String caller();

    /** The tenant; empty for the bank itself. */
    String tenant();

    /** The cell that is called; empty outside cells. */
    String cell();

    /** A label that travels with the call, such as {@code release}. */
    String label(String name);

    /** A field of the request, as text. */
    String parameter(String name);

    /** What is given up last. */
    Priority priority();

    /** Nanoseconds until the answer is of no use; {@link Long#MAX_VALUE} for no deadline. */
    long remainingNanos();

    /** How many pieces of work a call in the shape of a batch brings; 1 for any other. */
    default int items() {
        return 1;
    }
}
