package io.feiqian.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.ConfigurationInstance;
import io.feiqian.bank.contract.ShowConfigurationRequest;
import io.feiqian.bank.contract.ShowConfigurationResponse;
import io.feiqian.cli.BankClient;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The way in: every gateway with the version of its configuration, and of one of this machine
 * listeners, backends with health and weights, the busiest routes, contracts, refusals; and what
 * operators do about backends and clients (P6.1.4-c). However many look, a gateway is asked once in
 * two seconds; when the console is dead, traffic and the command line go on (P6.1.4-a).
 */
final class GatewayPage implements Page {
    private static final String PATH = "/gateway";
    private static final String DOCUMENT = "gateway";
    private static final Duration FRESH = Duration.ofMillis(1_900);
    private static final Duration REPORTED_FRESH = Duration.ofSeconds(5);
    private static final String CONSOLE = "console";
    private static final String READING = "reading";
    private static final List<String> ORDERS =
            List.of("weight", "drain", "resume", "block", "unblock");

    private final Optional<GatewayLines> lines;
    private final Trail trail;
    private final Kept<Map<String, GatewayView>> here;
    private final KeptByCells<List<ConfigurationInstance>> reported;

    GatewayPage(Optional<GatewayLines> lines, Trail trail, Clock clock) {
        this.lines = lines;
        this.trail = trail;
        this.here =
                new Kept<>(clock, FRESH, () -> lines.map(GatewayLines::look).orElseGet(Map::of));
        this.reported = new KeptByCells<>(clock, REPORTED_FRESH, GatewayPage::reported);
    }

    /** What was done. */
    public record Ordered(String done) {}

    /**
     * What the page shows.
     *
     * @param gateways all of them
     * @param folder the folder of the one that is shown
     * @param now that one
     */
    public record Model(Gateways gateways, String folder, GatewayView now) {
        /** The folder as a part of an address. */
        public String query() {
            return GatewayPage.query(folder);
        }
    }

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
        frame.get(PATH, Permission.GATEWAY_SEE, visit -> visit.show("gateway", model(visit)));
        frame.getPart(
                PATH + "/live",
                Permission.GATEWAY_SEE,
                visit -> visit.showPart("gatewaylive", model(visit)));
        for (String order : ORDERS) {
            frame.post(
                    PATH + "/" + order,
                    Permission.GATEWAY_CHANGE,
                    visit -> {
                        String done = carriedOut(visit, order);
                        visit.goTo(PATH + "?gateway=" + query(shown(visit)), done);
                    });
        }
    }

    @Override
    public List<Route> api() {
        return List.of(
                Route.get(
                                PATH,
                                Permission.GATEWAY_SEE,
                                "A gateway: listeners, backends, weights, health, busiest routes.",
                                GatewayView.class,
                                asked -> model(asked).now())
                        .query("gateway", Route.Type.TEXT, "its folder's name; else the first"),
                Route.get(
                        PATH + "s",
                        Permission.GATEWAY_SEE,
                        "Every gateway with the version of its configuration in force.",
                        Gateways.class,
                        asked -> Gateways.of(here.get(), reported.get(asked.cells()))));
    }

    private Model model(Asked asked) {
        Map<String, GatewayView> all = here.get();
        String folder = shown(asked);
        GatewayView now = all.get(folder);
        return new Model(
                Gateways.of(all, reported.get(asked.cells())),
                folder,
                now == null ? GatewayView.silent("this console knows no gateway") : now);
    }

    /** The folder of the one that is meant. */
    private String shown(Asked asked) {
        String named =
                asked.field("gateway").isEmpty() ? asked.query("gateway") : asked.field("gateway");
        Map<String, GatewayView> all = here.get();
        if (!named.isEmpty() && !all.containsKey(named)) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "gateway: unknown (expected: one of %s)".formatted(all.keySet()));
        }
        return named.isEmpty() ? all.keySet().stream().findFirst().orElse("") : named;
    }

    /** What gateways reported; nothing where the cell that knows it does not answer. */
    private static List<ConfigurationInstance> reported(Cells cells) {
        try {
            return cells.askConfiguration(
                            CONSOLE,
                            READING,
                            it ->
                                    it.showConfiguration(
                                            ShowConfigurationRequest.newBuilder()
                                                    .setName(DOCUMENT)
                                                    .build()),
                            ShowConfigurationResponse::getOutcome)
                    .getDocument()
                    .getInstancesList();
        } catch (RefusedException silent) {
            return List.of();
        }
    }

    private static String query(String folder) {
        return URLEncoder.encode(folder, StandardCharsets.UTF_8);
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
        String folder = shown(visit);
        trail.add(
                visit,
                "gateway." + order,
                subject,
                Map.of("weight", visit.field("weight"), "gateway", folder));
        lines.orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.CELL_UNAVAILABLE, "this console knows no gateway"))
                .to(folder)
                .order(order, body, visit.user().name(), visit.field("reason"));
        here.forget();
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
