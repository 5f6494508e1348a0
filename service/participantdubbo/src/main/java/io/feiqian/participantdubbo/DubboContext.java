package io.feiqian.participantdubbo;

import io.feiqian.participant.BranchContext;
import io.feiqian.participant.ContextKeys;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.model.ApplicationModel;

/**
 * The context of a global transaction in Dubbo calls. Row: P6.3.2-b.
 *
 * <p>The initiator makes the one call that is the branch inside {@link #call}; the consumer's
 * filter writes the signed attachment. At the service that is called the provider's filter verifies
 * it before the method begins; the method finds the branch with {@link #current}. Dubbo finds both
 * filters by itself once this artifact is on the class path. The context is never passed on: a call
 * that the service makes in turn is no part of the branch.
 */
public final class DubboContext {
    /** Where the branch is kept in this process; never sent. */
    static final String LOCAL = "feiqian-branch-of-this-process";

    private DubboContext() {}

    /**
     * Gives an application's filters the keys; to be called before the first service is exported or
     * referred to. A bean of type {@link ContextKeys} in Dubbo's Spring integration does the same.
     */
    public static void install(ApplicationModel application, ContextKeys keys) {
        application.getBeanFactory().registerBean(keys);
    }

    /** Makes a call as this branch; the first call that is made inside, and no other. */
    public static <T> T call(BranchContext branch, Supplier<T> call) {
        RpcContext.getClientAttachment().setObjectAttachment(LOCAL, branch);
        try {
            return call.get();
        } finally {
            RpcContext.getClientAttachment().removeAttachment(LOCAL);
        }
    }

    /** The branch of the call that this thread serves; empty where it carries none. */
    public static Optional<BranchContext> current() {
        return RpcContext.getServerAttachment().getObjectAttachment(LOCAL)
                        instanceof BranchContext branch
                ? Optional.of(branch)
                : Optional.empty();
    }

    /** What the next call of this thread is to carry; taken once. */
    static Optional<BranchContext> take() {
        Object attached = RpcContext.getClientAttachment().getObjectAttachment(LOCAL);
        RpcContext.getClientAttachment().removeAttachment(LOCAL);
        return attached instanceof BranchContext branch ? Optional.of(branch) : Optional.empty();
    }

    static void serve(Optional<BranchContext> branch) {
        // What a caller may have sent under this name must not be taken for a verified one.
        RpcContext.getServerAttachment().removeAttachment(LOCAL);
        branch.ifPresent(each -> RpcContext.getServerAttachment().setObjectAttachment(LOCAL, each));
    }
}
