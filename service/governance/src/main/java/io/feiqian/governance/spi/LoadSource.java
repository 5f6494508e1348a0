package io.feiqian.governance.spi;

/**
 * How busy the machine is. Asked about ten times a second by one thread at a time, on the path of a
 * call: an implementation answers from memory.
 */
@FunctionalInterface
public interface LoadSource {
    /** The share of the processors in use, from 0 to 1; 0 where it is not known. */
    double cpu();

    /** Knows nothing: policies of overload then go by latency alone. */
    static LoadSource none() {
        return () -> 0;
    }

    /** The processors of this machine, or of its container, as the platform measures them. */
    static LoadSource machine() {
        return MachineLoad.INSTANCE;
    }
}
