package io.feiqian.participantdubbo;

import io.feiqian.participant.BranchContext;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import java.util.Optional;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.common.extension.Activate;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.cluster.filter.ClusterFilter;
import org.jspecify.annotations.Nullable;

/**
 * Writes the context of a call inside {@link DubboContext#call} into its attachments; before Dubbo
 * repeats or spreads a call, so that every repetition carries the same. Made by Dubbo.
 */
@Activate(group = CommonConstants.CONSUMER, order = -10_000)
public final class DubboConsumerFilter implements ClusterFilter {
    private volatile @Nullable ContextKeys keys;

    /** For Dubbo. */
    public DubboConsumerFilter() {}

    /** For Dubbo, which finds them where {@link DubboContext#install} put them. */
    public void setContextKeys(ContextKeys installed) {
        keys = installed;
    }

    @Override
    public Result invoke(Invoker<?> invoker, Invocation invocation) {
        // Whatever was attached by hand or came from elsewhere is not this call's branch.
        invocation.getObjectAttachments().remove(DubboContext.LOCAL);
        Optional<BranchContext> branch = DubboContext.take();
        if (branch.isPresent()) {
            ContextKeys signing = DubboKeys.installed(keys);
            invocation.setAttachment(
                    ContextHeader.NAME, ContextHeader.write(branch.get(), signing));
        }
        return invoker.invoke(invocation);
    }
}
