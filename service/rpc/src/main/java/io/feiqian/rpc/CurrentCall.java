package io.feiqian.rpc;

import io.feiqian.runtime.CallContext;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The context of the call that the current thread serves, bound to a scoped value while the handler
 * runs.
 *
 * <p>A handler that goes on in another thread takes the context along itself: it reads {@link
 * #context()} first, and binds it there with {@link #run} where code further down asks for it.
 */
public final class CurrentCall {
    private static final ScopedValue<CallContext> CURRENT = ScopedValue.newInstance();

    private CurrentCall() {}

    /** The context; empty on a thread that serves no call. */
    public static Optional<CallContext> find() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    /**
     * The context.
     *
     * @throws IllegalStateException on a thread that serves no call
     */
    public static CallContext context() {
        return find().orElseThrow(
                        () -> new IllegalStateException("this thread serves no call: no context"));
    }

    /** Runs the work with this context bound. */
    public static void run(CallContext context, Runnable work) {
        ScopedValue.where(CURRENT, context).run(work);
    }

    /** What the work answers with this context bound. */
    public static <T> T call(CallContext context, Supplier<T> work) {
        return ScopedValue.where(CURRENT, context).call(work::get);
    }
}
