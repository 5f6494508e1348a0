package io.feiqian.rpcdubbo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.feiqian.governance.Admitted;
import io.feiqian.governance.Decision;
import io.feiqian.governance.Fallback;
import io.feiqian.governance.PolicyRef;
import io.feiqian.governance.Queued;
import io.feiqian.governance.Side;
import io.feiqian.participantdubbo.DubboRefusals;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.lang.reflect.Type;
import java.util.concurrent.CompletableFuture;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.support.RpcUtils;

/** One call over Dubbo, to which a decision is applied. */
final class Judged {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Invoker<?> invoker;
    private final Invocation invocation;
    private final Side side;
    private final Timer timer;

    Judged(Invoker<?> invoker, Invocation invocation, Side side, Timer timer) {
        this.invoker = invoker;
        this.invocation = invocation;
        this.side = side;
        this.timer = timer;
    }

    /** Does exactly what was decided. */
    Result apply(Decision first) {
        Decision decision = first;
        while (decision instanceof Queued queued) {
            try {
                timer.pause(queued.await());
            } catch (InterruptedException stopped) {
                queued.abandon();
                Thread.currentThread().interrupt();
                return refused(
                        invocation,
                        new Outcome.Refused(
                                OutcomeCode.SHUTTING_DOWN, "interrupted while it waited"));
            }
            decision = queued.resume();
        }
        if (decision instanceof Admitted permit) {
            return go(permit);
        } else if (decision instanceof Decision.Refused refused) {
            return refused(invocation, refused.outcome());
        } else if (decision instanceof Decision.Degraded degraded) {
            return instead(degraded);
        } else if (decision instanceof Decision.Failed failed) {
            return failed.outcome() instanceof Outcome.Refused refusal
                    ? refused(invocation, refusal)
                    : brokenOff(failed.policy());
        } else if (decision instanceof Decision.Aborted aborted) {
            return brokenOff(aborted.policy());
        }
        throw new IllegalStateException("decision: " + decision + " (expected: a known one)");
    }

    /** A refusal is an answer, so Dubbo does not repeat the call. */
    static Result refused(Invocation invocation, Outcome.Refused refusal) {
        return AsyncRpcResult.newDefaultAsyncResult(DubboRefusals.exception(refusal), invocation);
    }

    private Result go(Admitted permit) {
        try {
            return invoker.invoke(invocation)
                    .whenCompleteWithContext(
                            (result, failed) -> permit.close(Endings.of(result, failed)));
        } catch (RuntimeException | Error failed) {
            permit.close(Endings.of(failed));
            throw failed;
        }
    }

    /** Who calls hears that nobody answers; who serves says nothing. */
    private Result brokenOff(PolicyRef policy) {
        if (side == Side.PROVIDER) {
            return new AsyncRpcResult(new CompletableFuture<>(), invocation);
        }
        throw new RpcException(
                RpcException.TIMEOUT_EXCEPTION, "policy " + policy + ": broken off as ordered");
    }

    private Result instead(Decision.Degraded degraded) {
        if (!(degraded.instead() instanceof Fallback.Answer answer)) {
            return unusable(degraded, "over Dubbo it is an answer only");
        }
        Type[] types = RpcUtils.getReturnTypes(invocation);
        if (types != null && types[0] == void.class) {
            return AsyncRpcResult.newDefaultAsyncResult(invocation);
        }
        try {
            Object value =
                    JSON.readValue(
                            answer.json(),
                            JSON.constructType(types == null ? Object.class : types[1]));
            return AsyncRpcResult.newDefaultAsyncResult(value, invocation);
        } catch (JsonProcessingException | IllegalArgumentException wrong) {
            return unusable(degraded, "it does not fit what the method returns");
        }
    }

    private Result unusable(Decision.Degraded degraded, String why) {
        return refused(
                invocation,
                new Outcome.Refused(
                        OutcomeCode.INTERNAL_ERROR,
                        "policy %s: its fallback is of no use: %s"
                                .formatted(degraded.policy(), why)));
    }
}
