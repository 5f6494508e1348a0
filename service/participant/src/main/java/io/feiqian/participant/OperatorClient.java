package io.feiqian.participant;

import io.feiqian.participant.spi.SignedTransport;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * An operator's questions to services, signed with the operators' key: the words and lines of
 * {@code docs/operations.md}. Thread-safe; never blocks.
 */
public final class OperatorClient {
    private final SignedTransport transport;
    private final ContextKeys operatorKeys;
    private final Clock clock;

    /** A client; the clock says when a question was asked, which is refused five minutes later. */
    public OperatorClient(SignedTransport transport, ContextKeys operatorKeys, Clock clock) {
        this.transport = transport;
        this.operatorKeys = operatorKeys;
        this.clock = clock;
    }

    /**
     * Asks a service.
     *
     * @return the lines of its answer; exceptionally a {@link RefusedException} with {@link
     *     OutcomeCode#FORGED_CONTEXT} where the answer is not signed, and what the transport says
     *     where the service refused or was not heard
     */
    public CompletionStage<List<OperatorLine>> ask(
            String service, String word, Map<String, String> values) {
        Map<String, String> all = new TreeMap<>(values);
        all.put("at", Long.toString(clock.now().toEpochMilli()));
        SignedMessage message =
                SignedMessage.of(
                        SignedEndpoint.OPERATE,
                        service,
                        OperatorLine.write(List.of(new OperatorLine(word, all))),
                        operatorKeys);
        return transport
                .send(service, message)
                .thenApply(answer -> OperatorLine.read(message.readAnswer(answer, operatorKeys)));
    }
}
