package io.feiqian.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.runtime.Timer;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call of a stub whose service nobody has told of yet. It looks again until the call can be made,
 * or is refused, and then does what it was asked meanwhile, in order. No thread waits. It says that
 * it is not ready, so who heeds that has sent one message at most.
 */
final class AwaitedCall<Q, A> extends ClientCall<Q, A> {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final Supplier<Optional<ClientCall<Q, A>>> search;
    private final Runnable abandoned;
    private final Timer timer;

    /** What the call is made in, as it would have been at once. */
    private final Context context = Context.current();

    /** Where the listener is told; a blocking stub waits for nothing else than this. */
    private final Executor executor;

    @GuardedBy("this")
    private final Queue<Consumer<ClientCall<Q, A>>> asked = new ArrayDeque<>();

    @GuardedBy("this")
    private @Nullable Listener<A> listener;

    @GuardedBy("this")
    private boolean ended;

    @GuardedBy("this")
    private boolean found;

    private volatile @Nullable ClientCall<Q, A> call;

    /**
     * A call that will be.
     *
     * @param search the call, or its refusal; empty while it is worth looking again
     * @param abandoned run where the caller gives up before
     */
    AwaitedCall(
            Supplier<Optional<ClientCall<Q, A>>> search,
            Runnable abandoned,
            Timer timer,
            CallOptions options) {
        this.search = search;
        this.abandoned = abandoned;
        this.timer = timer;
        Executor own = options.getExecutor();
        this.executor = own == null ? Runnable::run : own;
    }

    @Override
    public void start(Listener<A> newListener, Metadata headers) {
        synchronized (this) {
            listener = newListener;
            asked.add(real -> real.start(newListener, headers));
        }
        timer.after(LOOK_AGAIN, this::look);
    }

    @Override
    public void request(int messages) {
        later(real -> real.request(messages));
    }

    @Override
    public void sendMessage(Q message) {
        later(real -> real.sendMessage(message));
    }

    @Override
    public void halfClose() {
        later(ClientCall::halfClose);
    }

    @Override
    public boolean isReady() {
        ClientCall<Q, A> real = call;
        return real != null && real.isReady();
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        Listener<A> told;
        synchronized (this) {
            if (found) {
                later(real -> real.cancel(message, cause));
                return;
            }
            if (ended) {
                return;
            }
            ended = true;
            asked.clear();
            told = listener;
        }
        abandoned.run();
        if (told != null) {
            Status status = Status.CANCELLED.withDescription(message).withCause(cause);
            executor.execute(() -> told.onClose(status, new Metadata()));
        }
    }

    private void look() {
        synchronized (this) {
            if (ended) {
                return;
            }
        }
        Optional<ClientCall<Q, A>> known = inContext(search);
        if (known.isEmpty()) {
            timer.after(LOOK_AGAIN, this::look);
            return;
        }
        synchronized (this) {
            if (ended) {
                // Given up in this very moment; what was found has not begun.
                return;
            }
            found = true;
        }
        executor.execute(() -> become(known.get()));
    }

    private <T> T inContext(Supplier<T> step) {
        Context before = context.attach();
        try {
            return step.get();
        } finally {
            context.detach(before);
        }
    }

    private void become(ClientCall<Q, A> real) {
        while (true) {
            Consumer<ClientCall<Q, A>> next;
            synchronized (this) {
                next = asked.poll();
                if (next == null) {
                    call = real;
                    return;
                }
            }
            next.accept(real);
        }
    }

    private void later(Consumer<ClientCall<Q, A>> step) {
        ClientCall<Q, A> real;
        synchronized (this) {
            real = call;
            if (real == null) {
                if (!ended) {
                    asked.add(step);
                }
                return;
            }
        }
        step.accept(real);
    }
}
