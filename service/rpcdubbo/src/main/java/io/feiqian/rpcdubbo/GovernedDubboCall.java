package io.feiqian.rpcdubbo;

import io.feiqian.governance.Call;
import io.feiqian.governance.Priority;
import io.feiqian.governance.TravellingLabel;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participantdubbo.PhaseTwoService;
import io.feiqian.runtime.CallContext;
import java.util.Optional;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.support.RpcUtils;

/** What policies see of a call over Dubbo; everything is read only where a policy asks. */
final class GovernedDubboCall implements Call {
    private final Invoker<?> invoker;
    private final Invocation invocation;
    private final Optional<CallContext> context;

    GovernedDubboCall(Invoker<?> invoker, Invocation invocation, Optional<CallContext> context) {
        this.invoker = invoker;
        this.invocation = invocation;
        this.context = context;
    }

    /** The interface. */
    @Override
    public String service() {
        return String.valueOf(invoker.getUrl().getServiceInterface());
    }

    @Override
    public String method() {
        return RpcUtils.getMethodName(invocation);
    }

    /** The application that calls, by what it says of itself. */
    @Override
    public String caller() {
        return invocation.getObjectAttachment(CommonConstants.REMOTE_APPLICATION_KEY)
                        instanceof String application
                ? application
                : "";
    }

    @Override
    public String tenant() {
        return context.map(CallContext::tenant).orElse("");
    }

    @Override
    public String cell() {
        return "";
    }

    @Override
    public String label(String name) {
        return TravellingLabel.value(context.map(CallContext::grayLabel).orElse(""), name);
    }

    @Override
    public String parameter(String name) {
        return Arguments.text(RpcUtils.getArguments(invocation), name);
    }

    /** What finishes transactions goes on under any load; their branches go before the rest. */
    @Override
    public Priority priority() {
        if (PhaseTwoService.class.getName().equals(service())) {
            return Priority.CRITICAL;
        }
        return invocation.getObjectAttachment(ContextHeader.NAME) == null
                ? Priority.NORMAL
                : Priority.HIGH;
    }

    @Override
    public long remainingNanos() {
        return context.map(known -> known.deadline().remaining().toNanos()).orElse(Long.MAX_VALUE);
    }
}
