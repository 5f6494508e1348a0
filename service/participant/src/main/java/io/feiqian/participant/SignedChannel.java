package io.feiqian.participant;

import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.participant.spi.SignedTransport;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Services reach each other's {@link SignedEndpoint} over a protocol: signs what is said, believes
 * only what is signed as its answer, and divides what would be too long for one message.
 * Thread-safe; never blocks.
 */
public final class SignedChannel implements ServiceChannel {
    private final SignedTransport transport;
    private final ContextKeys keys;
    private final int longestBody;

    /**
     * A channel.
     *
     * @param transport the protocol
     * @param keys what signs, and what answers must be signed with
     * @param longestBody the bytes above which orders are divided; one order alone may be longer
     */
    public SignedChannel(SignedTransport transport, ContextKeys keys, int longestBody) {
        if (longestBody < 1) {
            throw new IllegalArgumentException(
                    "longest body: " + longestBody + " (expected: >= 1)");
        }
        this.transport = transport;
        this.keys = keys;
        this.longestBody = longestBody;
    }

    @Override
    public CompletionStage<List<FinishReport>> finish(String service, List<FinishOrder> orders) {
        List<List<FinishOrder>> parts = PhaseTwoText.parts(orders, longestBody);
        if (parts.size() == 1) {
            return finishPart(service, orders);
        }
        List<CompletableFuture<List<FinishReport>>> answers = new ArrayList<>(parts.size());
        for (List<FinishOrder> part : parts) {
            // A part that is not heard keeps the others' reports from nobody.
            answers.add(
                    finishPart(service, part)
                            .exceptionally(failed -> unheard(part, failed))
                            .toCompletableFuture());
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> answers.stream().flatMap(each -> each.join().stream()).toList());
    }

    private static List<FinishReport> unheard(List<FinishOrder> part, Throwable failed) {
        return part.stream()
                .map(order ->
                        FinishReport.refused(
                                order.key(),
                                OutcomeCode.CELL_UNAVAILABLE,
                                "no answer " + DatabaseErrors.text(failed)))
                .toList();
    }

    private CompletionStage<List<FinishReport>> finishPart(
            String service, List<FinishOrder> orders) {
        return ask(service, SignedEndpoint.FINISH, PhaseTwoText.orders(orders))
                .thenApply(PhaseTwoText::readReports);
    }

    @Override
    public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
        return ask(initiator, SignedEndpoint.INQUIRE, PhaseTwoText.inquiry(inquiry))
                .thenApply(PhaseTwoText::readVerdict);
    }

    private CompletionStage<String> ask(String service, String path, String body) {
        SignedMessage message = SignedMessage.of(path, service, body, keys);
        return transport
                .send(service, message)
                .thenApply(answer -> message.readAnswer(answer, keys));
    }
}
