package io.feiqian.rpcdubbo;

import io.feiqian.runtime.CallContext;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.dubbo.rpc.RpcContext;

/**
 * The call context on a thread that serves or makes calls over Dubbo (S.stack-2). Dubbo finds the
 * filters by itself once this artifact is on the class path. What a method calls in turn, on the
 * thread that it was called on, carries the context on; whoever goes on in another thread reads
 * {@link #current} first and binds it there with {@link #within}.
 */
public final class DubboCalls {
    /** Where the context is kept in this process; never sent. */
    static final String LOCAL = "feiqian-context-of-this-process";

    private DubboCalls() {}

    /** The context of the call that this thread serves, or works within; empty for none. */
    public static Optional<CallContext> current() {
        return RpcContext.getServerAttachment().getObjectAttachment(LOCAL)
                        instanceof CallContext context
                ? Optional.of(context)
                : Optional.empty();
    }

    /** Works with this context: calls that are made inside, on this thread, carry it. */
    public static <T> T within(CallContext context, Supplier<T> work) {
        Optional<CallContext> before = current();
        bind(Optional.of(context));
        try {
            return work.get();
        } finally {
            bind(before);
        }
    }

    static void bind(Optional<CallContext> context) {
        // What a caller may have sent under this name must not be taken for ours.
        RpcContext.getServerAttachment().removeAttachment(LOCAL);
        context.ifPresent(
                known -> RpcContext.getServerAttachment().setObjectAttachment(LOCAL, known));
    }
}
