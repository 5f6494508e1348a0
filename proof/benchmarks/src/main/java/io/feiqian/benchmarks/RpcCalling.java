package io.feiqian.benchmarks;

import java.util.concurrent.CompletableFuture;

/** The side that makes calls, in a process of its own. For many threads. */
interface RpcCalling extends AutoCloseable {
    /** Makes one call and waits; whether it was answered rightly. */
    boolean call();

    /** Makes one call. */
    default CompletableFuture<Boolean> callAsync() {
        throw new UnsupportedOperationException("async: not measured for this way");
    }

    @Override
    void close();
}
