package io.feiqian.benchmarks;

/** The side of a call that serves it, in a process of its own. */
interface RpcServing extends AutoCloseable {
    /** Where it listens. */
    int port();

    @Override
    void close();
}
