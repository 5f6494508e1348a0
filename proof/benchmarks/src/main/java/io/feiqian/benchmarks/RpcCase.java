package io.feiqian.benchmarks;

/** The cases of {@code bench rpc}; written as the reports write them. */
@SuppressWarnings("MemberName") // the names are the reports'
enum RpcCase {
    /** Callers and handlers block, each on a virtual thread. */
    unary,
    /** Nobody blocks: all of it happens on event loops. */
    async
}
