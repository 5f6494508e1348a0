package io.feiqian.rpcdubbo;

import io.feiqian.participantdubbo.DubboRefusals;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcException;
import org.jspecify.annotations.Nullable;

/** How calls over Dubbo end, as policies count them. */
final class Endings {
    private Endings() {}

    static OutcomeCode of(@Nullable Result result, @Nullable Throwable failed) {
        if (failed != null) {
            return of(failed);
        }
        Throwable thrown = result == null ? null : result.getException();
        return thrown == null ? OutcomeCode.ACCEPTED : of(thrown);
    }

    /**
     * A checked exception is an answer of the business, and so is a refusal with a code; any other
     * exception says that something is broken.
     */
    static OutcomeCode of(Throwable failed) {
        if (failed instanceof CompletionException && failed.getCause() != null) {
            return of(failed.getCause());
        }
        if (failed instanceof RpcException calling) {
            return ofCalling(calling);
        }
        if (failed instanceof RuntimeException unchecked) {
            Optional<Outcome.Refused> refusal = DubboRefusals.read(unchecked);
            return refusal.map(Outcome.Refused::code).orElse(OutcomeCode.INTERNAL_ERROR);
        }
        return failed instanceof Error ? OutcomeCode.INTERNAL_ERROR : OutcomeCode.ACCEPTED;
    }

    private static OutcomeCode ofCalling(RpcException failed) {
        return switch (failed.getCode()) {
            case RpcException.TIMEOUT_EXCEPTION, RpcException.NETWORK_EXCEPTION ->
                    OutcomeCode.UNKNOWN;
            case RpcException.TIMEOUT_TERMINATE -> OutcomeCode.DEADLINE_EXPIRED;
            case RpcException.LIMIT_EXCEEDED_EXCEPTION -> OutcomeCode.OVERLOADED;
            case RpcException.NO_INVOKER_AVAILABLE_AFTER_FILTER,
                    RpcException.FORBIDDEN_EXCEPTION,
                    RpcException.REGISTRY_EXCEPTION ->
                    OutcomeCode.SERVICE_UNAVAILABLE;
            default -> OutcomeCode.INTERNAL_ERROR;
        };
    }
}
