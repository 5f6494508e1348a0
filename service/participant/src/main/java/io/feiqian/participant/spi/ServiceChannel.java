package io.feiqian.participant.spi;

import io.feiqian.participant.FinishOrder;
import io.feiqian.participant.FinishReport;
import io.feiqian.participant.Inquiry;
import io.feiqian.participant.Verdict;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * How the messages of phase two reach a service by its name. Thread-safe; never blocks.
 *
 * <p>Messages may be lost, repeated and reordered; nothing else is relied on. A stage that
 * completes exceptionally, or never, means that no answer was heard.
 */
public interface ServiceChannel {
    /** Hands orders to a participant; answers with a report for each, in any order. */
    CompletionStage<List<FinishReport>> finish(String service, List<FinishOrder> orders);

    /** Asks an initiator. */
    CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry);
}
