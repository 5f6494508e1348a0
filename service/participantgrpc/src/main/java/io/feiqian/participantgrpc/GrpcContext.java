package io.feiqian.participantgrpc;

import io.feiqian.participant.BranchContext;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GrayHeader;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The context of a global transaction in gRPC calls. Row: P6.3.2-b.
 *
 * <p>The initiator names the branch on the one call that is the branch ({@code
 * stub.withOption(GrpcContext.BRANCH, context)}), and the interceptor of its channel writes the
 * signed header into the metadata. At the service that is called the interceptor reads and verifies
 * it before the method begins; the method finds the branch with {@link #current}. The context is
 * never passed on by itself: a call that the service makes in turn is no part of the branch. The
 * label of a gray release is: each call made while one is served carries the label of that one.
 */
public final class GrpcContext {
    /** The metadata's key. */
    public static final Metadata.Key<String> HEADER =
            Metadata.Key.of(ContextHeader.NAME, Metadata.ASCII_STRING_MARSHALLER);

    /** The option of a call that names its branch. */
    public static final CallOptions.Key<Optional<BranchContext>> BRANCH =
            CallOptions.Key.createWithDefault("feiqian-branch", Optional.empty());

    private static final Metadata.Key<String> GRAY =
            Metadata.Key.of(GrayHeader.NAME, Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<BranchContext> CURRENT = Context.key("feiqian-branch");
    private static final Context.Key<String> LABEL = Context.key("feiqian-gray");

    private GrpcContext() {}

    /**
     * For a channel or a stub: writes the context of a call that has {@link #BRANCH}, and ends the
     * call by the time at which the transaction must be decided. Other calls stay as they are.
     */
    public static ClientInterceptor client(ContextKeys keys) {
        return new Client(keys);
    }

    /**
     * For a server: a call with a context runs with it, one without runs without. A malformed,
     * forged or expired one is refused before the method begins, with {@link
     * OutcomeCode#MALFORMED_CONTEXT}, {@link OutcomeCode#FORGED_CONTEXT} or {@link
     * OutcomeCode#DEADLINE_EXPIRED} in the trailers ({@link GrpcRefusals}).
     */
    public static ServerInterceptor server(ContextKeys keys) {
        return new Server(keys);
    }

    /** The branch of the call that this thread serves; empty where it carries none. */
    public static Optional<BranchContext> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** The label of the call that this thread serves; empty where it carries none. */
    public static Optional<String> label() {
        return Optional.ofNullable(LABEL.get());
    }

    private static final class Client implements ClientInterceptor {
        private final ContextKeys keys;

        Client(ContextKeys keys) {
            this.keys = keys;
        }

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(
                MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            Optional<BranchContext> branch = options.getOption(BRANCH);
            Optional<String> label = label();
            if (branch.isEmpty()) {
                return label.isEmpty()
                        ? next.newCall(method, options)
                        : labelled(next.newCall(method, options), label.get());
            }
            String header = ContextHeader.write(branch.get(), keys);
            long left = Math.max(branch.get().remaining().toMillis(), 0);
            Deadline decideBy = Deadline.after(left, TimeUnit.MILLISECONDS);
            Deadline own = options.getDeadline();
            CallOptions bounded =
                    options.withDeadline(own == null ? decideBy : decideBy.minimum(own));
            return new SimpleForwardingClientCall<>(next.newCall(method, bounded)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    headers.discardAll(HEADER);
                    headers.put(HEADER, header);
                    label.ifPresent(each -> put(headers, each));
                    super.start(listener, headers);
                }
            };
        }

        private static <Q, A> ClientCall<Q, A> labelled(ClientCall<Q, A> call, String label) {
            return new SimpleForwardingClientCall<>(call) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    put(headers, label);
                    super.start(listener, headers);
                }
            };
        }

        /** What the caller itself says goes before what it was called with. */
        private static void put(Metadata headers, String label) {
            if (!headers.containsKey(GRAY)) {
                headers.put(GRAY, label);
            }
        }
    }

    private static final class Server implements ServerInterceptor {
        private final ContextKeys keys;

        Server(ContextKeys keys) {
            this.keys = keys;
        }

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            Optional<BranchContext> branch;
            try {
                branch = read(headers);
            } catch (RefusedException refused) {
                Outcome.Refused why = refused.outcome();
                call.close(GrpcRefusals.status(why), GrpcRefusals.trailers(why));
                return new ServerCall.Listener<>() {};
            }
            // What this thread may have of another call must not become this one's.
            String label = headers.get(GRAY);
            Context context =
                    Context.current()
                            .withValue(CURRENT, branch.orElse(null))
                            .withValue(
                                    LABEL,
                                    label == null ? null : GrayHeader.read(label).orElse(null));
            return Contexts.interceptCall(context, call, headers, next);
        }

        private Optional<BranchContext> read(Metadata headers) {
            Iterable<String> values = headers.getAll(HEADER);
            if (values == null) {
                return Optional.empty();
            }
            Iterator<String> each = values.iterator();
            String header = each.next();
            if (each.hasNext()) {
                throw new RefusedException(
                        OutcomeCode.MALFORMED_CONTEXT,
                        ContextHeader.NAME + ": more than one (expected: one)");
            }
            return Optional.of(ContextHeader.read(header, keys));
        }
    }
}
