package io.feiqian.rpcdubbo;

import io.feiqian.runtime.CallContext;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.common.extension.Activate;
import org.apache.dubbo.rpc.Filter;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.support.RpcUtils;

/**
 * No attempt of a call goes on longer than the context's deadline, and none begins after it. Made
 * by Dubbo.
 */
@Activate(group = CommonConstants.CONSUMER, order = CallingFilter.ORDER)
public final class AttemptFilter implements Filter {
    /** For Dubbo. */
    public AttemptFilter() {}

    @Override
    public Result invoke(Invoker<?> invoker, Invocation invocation) {
        if (invocation.get(CallingFilter.CONTEXT) instanceof CallContext context) {
            long left = context.deadline().remaining().toMillis();
            if (left <= 0) {
                return Judged.refused(
                        invocation,
                        new Outcome.Refused(
                                OutcomeCode.DEADLINE_EXPIRED,
                                "the deadline passed before the call was made"));
            }
            long usual =
                    RpcUtils.getTimeout(
                            invoker.getUrl(),
                            RpcUtils.getMethodName(invocation),
                            RpcContext.getClientAttachment(),
                            invocation,
                            CommonConstants.DEFAULT_TIMEOUT);
            if (left < usual) {
                RpcContext.getClientAttachment().removeAttachment(CommonConstants.TIMEOUT_KEY);
                invocation.setAttachment(CommonConstants.TIMEOUT_KEY, Long.toString(left));
            }
        }
        return invoker.invoke(invocation);
    }
}
