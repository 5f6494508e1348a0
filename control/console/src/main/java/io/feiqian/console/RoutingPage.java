package io.feiqian.console;

import io.feiqian.cli.Fleet;
import io.feiqian.cli.InstanceOrder;
import io.feiqian.cli.InstanceView;
import io.feiqian.cli.SlotSpan;
import io.feiqian.runtime.Clock;
import io.feiqian.security.ChangeOrder;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Who owns which slots, what the route map says, which instances serve; and what operators do about
 * instances. However many look, the instances are asked once in two seconds.
 */
final class RoutingPage implements Page {
    private static final String PATH = "/cells";
    private static final Duration FRESH = Duration.ofMillis(1_900);

    private final Trail trail;
    private final KeptByCells<Fleet> fleet;

    RoutingPage(Trail trail, Clock clock) {
        this.trail = trail;
        this.fleet = new KeptByCells<>(clock, FRESH, Cells::look);
    }

    /**
     * What is asked before an order that leaves slots unserved is carried out.
     *
     * @param order what is wanted
     * @param name of what
     * @param reason why
     * @param cell whose name has to be typed
     * @param spans the slots in which new work would be refused
     * @param mistyped whether another name was typed
     */
    public record Confirmation(
            InstanceOrder order,
            String name,
            String reason,
            String cell,
            List<SlotSpan> spans,
            boolean mistyped) {
        /** Copies the list. */
        public Confirmation {
            spans = List.copyOf(spans);
        }

        /** Where the form goes. */
        public String path() {
            return RoutingPage.path(order);
        }
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "routing.title";
    }

    @Override
    public Permission needs() {
        return Permission.ROUTING_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.ROUTING_SEE, visit -> visit.show("routing", read(visit)));
        frame.getPart(
                PATH + "/live",
                Permission.ROUTING_SEE,
                visit -> visit.showPart("routinglive", read(visit)));
        for (InstanceOrder order : InstanceOrder.values()) {
            frame.post(path(order), Permission.ROUTING_CHANGE, visit -> act(visit, order));
        }
    }

    private static String path(InstanceOrder order) {
        return PATH + "/" + order.name().toLowerCase(Locale.ROOT);
    }

    private Routing read(Visit visit) {
        return Routing.of(fleet.get(visit.cells()), visit.query("slot"));
    }

    private void act(Visit visit, InstanceOrder order) {
        String name = visit.field("name");
        ChangeOrder.of(visit.user().name(), visit.field("reason"));
        Fleet now = visit.cells().look();
        List<InstanceView> named = now.named(name);
        if (named.isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.NO_ROUTE, visit.texts().of("routing.unknown", name));
        }
        List<InstanceView> asked = named.stream().filter(order::concerns).toList();
        Optional<String> unserved =
                order.endsService() ? now.leftUnservedWithout(asked) : Optional.empty();
        String typed = visit.field("confirm");
        if (unserved.isPresent() && !unserved.get().equals(typed)) {
            visit.show(
                    "routingconfirm",
                    new Confirmation(
                            order,
                            name,
                            visit.field("reason"),
                            unserved.get(),
                            now.slots().of(unserved.get()),
                            !typed.isEmpty()));
            return;
        }
        carryOut(visit, order, asked);
    }

    private void carryOut(Visit visit, InstanceOrder order, List<InstanceView> asked) {
        String user = visit.user().name();
        String reason = visit.field("reason");
        List<String> done = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        String action = "instance." + order.name().toLowerCase(Locale.ROOT);
        for (InstanceView each : asked) {
            trail.add(user, reason, action, each.name(), Map.of("cell", each.cell()));
            try {
                if (visit.cells().order(order, each, user, reason)) {
                    done.add(each.name());
                }
            } catch (RefusedException refused) {
                failed.add(each.name() + ": " + refused.getMessage());
            }
        }
        fleet.forget();
        if (done.isEmpty() && !failed.isEmpty()) {
            throw new RefusedException(OutcomeCode.CELL_UNAVAILABLE, String.join("; ", failed));
        }
        visit.goTo(PATH, notice(visit.texts(), order, done, failed));
    }

    private static String notice(
            Texts texts, InstanceOrder order, List<String> done, List<String> failed) {
        String said =
                done.isEmpty()
                        ? texts.of("routing.nothing")
                        : texts.of("routing.done." + order.name(), String.join(", ", done));
        return failed.isEmpty()
                ? said
                : said + " " + texts.of("routing.failed", String.join("; ", failed));
    }
}
