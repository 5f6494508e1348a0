package io.feiqian.participantdubbo;

import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.SignedChannel;
import io.feiqian.participant.SignedEndpoint;
import io.feiqian.participant.SignedMessage;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.RefusedException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Phase two over Dubbo, by a {@link PhaseTwoService} at every service. Row: P6.3.2-b. */
public final class DubboPhaseTwo {
    /** Orders are divided above so many bytes: Dubbo takes 8 MiB unless it was configured. */
    static final int LONGEST_BODY = 4 * 1024 * 1024;

    private DubboPhaseTwo() {}

    /**
     * Services reach each other's {@link #service}.
     *
     * @param references the reference to a service of a name; with a timeout, one that is known
     *     whether or not its provider is there now ({@code check=false}), and without repetitions
     *     by Dubbo ({@code retries=0}): phase two repeats by itself
     * @param keys what signs, and what answers must be signed with
     */
    public static ServiceChannel channel(
            Function<String, PhaseTwoService> references, ContextKeys keys) {
        return new SignedChannel(
                (service, message) -> references.apply(service).send(message.text()),
                keys,
                LONGEST_BODY);
    }

    /** What others' phase two finds at a service, to be exported. Blocks Dubbo's threads. */
    public static PhaseTwoService service(SignedEndpoint endpoint) {
        return text -> answer(endpoint, text);
    }

    private static CompletableFuture<String> answer(SignedEndpoint endpoint, String text) {
        SignedEndpoint.Answer answer;
        try {
            answer = endpoint.answer(SignedMessage.read(text));
        } catch (RefusedException malformed) {
            return CompletableFuture.failedFuture(DubboRefusals.exception(malformed.outcome()));
        }
        return answer.outcome() instanceof Outcome.Refused refused
                ? CompletableFuture.failedFuture(DubboRefusals.exception(refused))
                : CompletableFuture.completedFuture(answer.text());
    }
}
