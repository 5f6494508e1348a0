package io.feiqian.rpcdubbo;

import io.feiqian.governance.Governance;
import io.feiqian.governance.Side;
import io.feiqian.runtime.CallContext;
import java.util.Optional;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.common.extension.Activate;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.cluster.filter.ClusterFilter;
import org.jspecify.annotations.Nullable;

/**
 * Writes the context of the thread's work into a call, and asks the policies; before Dubbo chooses
 * an instance or repeats anything. Made by Dubbo.
 */
@Activate(group = CommonConstants.CONSUMER, order = CallingFilter.ORDER)
public final class CallingFilter implements ClusterFilter {
    /** After the one that attaches branches of transactions. */
    static final int ORDER = -9_000;

    /** Where the rest of the way finds the context and the destination; in this process only. */
    static final Object CONTEXT = CallingFilter.class.getName() + ".context";

    static final Object DESTINATION = CallingFilter.class.getName() + ".destination";

    private volatile @Nullable DubboPolicies policies;
    private volatile @Nullable DubboContextSource source;

    /** For Dubbo. */
    public CallingFilter() {}

    /** For Dubbo, which finds it where {@link DubboContextSource#install} put it. */
    public void setDubboContextSource(DubboContextSource installed) {
        source = installed;
    }

    /** For Dubbo, which finds them where {@link DubboPolicies#install} put them. */
    public void setDubboPolicies(DubboPolicies installed) {
        policies = installed;
    }

    @Override
    public Result invoke(Invoker<?> invoker, Invocation invocation) {
        // Dubbo itself passes on all that the call in progress carried.
        invocation.getObjectAttachments().remove(DubboCalls.LOCAL);
        Optional<CallContext> context = DubboCalls.current().or(this::elsewhere);
        ContextAttachments.write(context, invocation);
        context.ifPresent(known -> invocation.put(CONTEXT, known));
        DubboPolicies installed = policies;
        if (installed == null) {
            return invoker.invoke(invocation);
        }
        Governance governance = installed.calling();
        GovernedDubboCall call = new GovernedDubboCall(invoker, invocation, context);
        invocation.put(DESTINATION, governance.route(call, installed.random().nextLong()));
        return new Judged(invoker, invocation, Side.CALLER, installed.timer())
                .apply(governance.decide(call));
    }

    private Optional<CallContext> elsewhere() {
        DubboContextSource installed = source;
        return installed == null
                ? Optional.empty()
                : installed.current().map(context -> (CallContext) context);
    }
}
