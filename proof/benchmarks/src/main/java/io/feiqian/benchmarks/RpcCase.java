package io.feiqian.benchmarks;

/** The cases of {@code bench rpc}; written as the reports write them. */
@SuppressWarnings("MemberName") // the names are the reports'
enum RpcCase {
    /** Callers and handlers block, each on a virtual thread. */
    unary,
    /** Nobody blocks: all of it happens on event loops. */
    async,
    /**
     * What cells say to each other: ours on one stream, in batches; the baseline is a call for each
     * message, as in {@link #async}.
     */
    stream
}
