package io.feiqian.participantdubbo;

import io.feiqian.participant.BranchContext;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Optional;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.common.extension.Activate;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.Filter;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads and verifies the context of a call before its method begins. A malformed, forged or expired
 * one is answered with {@link OutcomeCode#MALFORMED_CONTEXT}, {@link OutcomeCode#FORGED_CONTEXT} or
 * {@link OutcomeCode#DEADLINE_EXPIRED} ({@link DubboRefusals}). Made by Dubbo.
 */
@Activate(group = CommonConstants.PROVIDER, order = -10_000)
public final class DubboProviderFilter implements Filter {
    private volatile @Nullable ContextKeys keys;

    /** For Dubbo. */
    public DubboProviderFilter() {}

    /** For Dubbo, which finds them where {@link DubboContext#install} put them. */
    public void setContextKeys(ContextKeys installed) {
        keys = installed;
    }

    @Override
    public Result invoke(Invoker<?> invoker, Invocation invocation) {
        Optional<BranchContext> branch;
        try {
            branch = read(invocation.getObjectAttachment(ContextHeader.NAME));
        } catch (RefusedException refused) {
            return AsyncRpcResult.newDefaultAsyncResult(
                    DubboRefusals.exception(refused.outcome()), invocation);
        }
        // Dubbo passes all that a call carried on to the calls that its service makes in turn.
        RpcContext.getServerAttachment().removeAttachment(ContextHeader.NAME);
        DubboContext.serve(branch);
        try {
            return invoker.invoke(invocation);
        } finally {
            DubboContext.serve(Optional.empty());
        }
    }

    private Optional<BranchContext> read(@Nullable Object attached) {
        if (attached == null) {
            return Optional.empty();
        }
        if (attached instanceof String header) {
            return Optional.of(ContextHeader.read(header, DubboKeys.installed(keys)));
        }
        throw new RefusedException(
                OutcomeCode.MALFORMED_CONTEXT,
                ContextHeader.NAME + ": of another type (expected: a text)");
    }
}
