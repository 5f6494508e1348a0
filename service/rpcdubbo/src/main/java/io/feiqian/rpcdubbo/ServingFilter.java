package io.feiqian.rpcdubbo;

import io.feiqian.governance.Side;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.RefusedException;
import java.util.Optional;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.common.extension.Activate;
import org.apache.dubbo.rpc.Filter;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.jspecify.annotations.Nullable;

/**
 * Reads the context of a call, asks the policies, and binds the context to the thread while the
 * method runs. What cannot be read is refused before the method begins. Made by Dubbo.
 */
@Activate(group = CommonConstants.PROVIDER, order = CallingFilter.ORDER)
public final class ServingFilter implements Filter {
    private volatile @Nullable DubboPolicies policies;

    /** For Dubbo. */
    public ServingFilter() {}

    /** For Dubbo, which finds them where {@link DubboPolicies#install} put them. */
    public void setDubboPolicies(DubboPolicies installed) {
        policies = installed;
    }

    @Override
    public Result invoke(Invoker<?> invoker, Invocation invocation) {
        CallContext context;
        try {
            context = ContextAttachments.read(invocation, invoker.getUrl(), Clock.system());
        } catch (RefusedException refused) {
            return Judged.refused(invocation, refused.outcome());
        }
        // A call inside the process is served on the thread that makes it.
        Optional<CallContext> before = DubboCalls.current();
        DubboCalls.bind(Optional.of(context));
        try {
            DubboPolicies installed = policies;
            return installed == null
                    ? invoker.invoke(invocation)
                    : new Judged(invoker, invocation, Side.PROVIDER, installed.timer())
                            .apply(
                                    installed
                                            .serving()
                                            .decide(
                                                    new GovernedDubboCall(
                                                            invoker,
                                                            invocation,
                                                            Optional.of(context))));
        } finally {
            DubboCalls.bind(before);
        }
    }
}
