package io.feiqian.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankClient;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The way in: listeners, backends with health and weights, the busiest routes, refusals; and what
 * operators do about backends and clients (P6.1.4-c). However many look, the gateway is asked once
 * in two seconds; when the console is dead, traffic and the command line go on (P6.1.4-a).
 */
final class GatewayPage implements Page {
    private static final String PATH = "/gateway";
    private static final Duration FRESH = Duration.ofMillis(1_900);
    private static final List<String> ORDERS =
            List.of("weight", "drain", "resume", "block", "unblock");

    private final Optional<GatewayLine> line;
    private final Trail trail;
    private final Kept<GatewayView> kept;

    GatewayPage(Optional<GatewayLine> line, Trail trail, Clock clock) {
        this.line = line;
        this.trail = trail;
        this.kept =
                new Kept<>(
                        clock,
                        FRESH,
                        () ->
                                line.map(GatewayLine::look)
                                        .orElseGet(() ->
                                                GatewayView.silent(
                                                        "this console knows no gateway")));
    }

    /** What was done. */
    public record Ordered(String done) {}

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "gateway.title";
    }

    @Override
    public Permission needs() {
        return Permission.GATEWAY_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.GATEWAY_SEE, visit -> visit.show("gateway", kept.get()));
        frame.getPart(
                PATH + "/live",
                Permission.GATEWAY_SEE,
                visit -> visit.showPart("gatewaylive", kept.get()));
        for (String order : ORDERS) {
            frame.post(
                    PATH + "/" + order,
                    Permission.GATEWAY_CHANGE,
                    visit -> visit.goTo(PATH, carriedOut(visit, order)));
        }
    }

    @Override
    public List<Route> api() {
        return List.of(
                Route.get(
                        PATH,
                        Permission.GATEWAY_SEE,
                        "The gateway: listeners, backends, weights, health, busiest routes.",
                        GatewayView.class,
                        _ -> kept.get()));
    }

    private String carriedOut(Visit visit, String order) {
        ObjectNode body = BankClient.body();
        String clients = visit.field("clients");
        String subject;
        if (clients.isEmpty()) {
            String[] named = visit.field("backend").split("/", 2);
            if (named.length < 2) {
                throw new RefusedException(
                        OutcomeCode.INVALID_TEXT, visit.texts().of("gateway.which"));
            }
            body.put("pool", named[0]).put("backend", named[1]);
            subject = named[0] + "/" + named[1];
        } else {
            body.put("clients", clients);
            subject = clients;
        }
        if (order.equals("weight")) {
            body.put("weight", weight(visit));
        }
        trail.add(visit, "gateway." + order, subject, Map.of("weight", visit.field("weight")));
        line.orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.CELL_UNAVAILABLE, "this console knows no gateway"))
                .order(order, body, visit.user().name(), visit.field("reason"));
        kept.forget();
        return visit.texts().of("gateway.done." + order, subject);
    }

    private static int weight(Visit visit) {
        String text = visit.field("weight");
        if (text.isEmpty()) {
            return -1;
        }
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 10_000) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, visit.texts().of("gateway.weightwrong"));
        }
        return Integer.parseInt(text);
    }
}
