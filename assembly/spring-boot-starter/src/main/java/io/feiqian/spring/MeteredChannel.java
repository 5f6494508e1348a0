package io.feiqian.spring;

import io.feiqian.participant.FinishOrder;
import io.feiqian.participant.FinishReport;
import io.feiqian.participant.Inquiry;
import io.feiqian.participant.Verdict;
import io.feiqian.participant.spi.ServiceChannel;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Measures phase two where it leaves: {@code feiqian.phase.two.messages} is the time of a message
 * of orders by service and whether it was answered, {@code feiqian.phase.two.orders} counts orders
 * by result: done, repeat (which will be tried again, or stopped) or unanswered. Thread-safe.
 */
final class MeteredChannel implements ServiceChannel {
    private final ServiceChannel channel;
    private final Supplier<MeterRegistry> registry;

    MeteredChannel(ServiceChannel channel, Supplier<MeterRegistry> registry) {
        this.channel = channel;
        this.registry = registry;
    }

    @Override
    public CompletionStage<List<FinishReport>> finish(String service, List<FinishOrder> orders) {
        Timer.Sample sample = Timer.start(registry.get());
        return channel.finish(service, orders)
                .whenComplete((reports, failed) -> {
                    boolean answered = failed == null && reports != null;
                    sample.stop(
                            registry.get()
                                    .timer(
                                            "feiqian.phase.two.messages",
                                            "service",
                                            service,
                                            "answered",
                                            Boolean.toString(answered)));
                    if (answered) {
                        reports.forEach(each ->
                                count(service, each.outcome().isAccepted() ? "done" : "repeat", 1));
                    } else {
                        count(service, "unanswered", orders.size());
                    }
                });
    }

    @Override
    public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
        return channel.inquire(initiator, inquiry)
                .whenComplete((verdict, failed) ->
                        registry.get()
                                .counter(
                                        "feiqian.inquiries",
                                        "service",
                                        initiator,
                                        "verdict",
                                        failed == null ? verdict.name() : "UNANSWERED")
                                .increment());
    }

    private void count(String service, String result, int orders) {
        registry.get()
                .counter("feiqian.phase.two.orders", "service", service, "result", result)
                .increment(orders);
    }
}
