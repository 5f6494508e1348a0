package io.feiqian.simulation.services;

import io.feiqian.orchestration.Begun;
import io.feiqian.orchestration.Definition;
import io.feiqian.orchestration.OrchestrationResult;
import io.feiqian.orchestration.OrchestrationRow;
import io.feiqian.orchestration.OrchestrationSettings;
import io.feiqian.orchestration.Orchestrations;
import io.feiqian.orchestration.Step;
import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.orchestration.spi.StepService;
import io.feiqian.participant.BranchKind;
import io.feiqian.participant.Content;
import io.feiqian.simulation.Kind;
import io.feiqian.simulation.Rule;
import io.feiqian.simulation.events.Dice;
import io.feiqian.simulation.fibers.Host;
import io.feiqian.simulation.services.Rows.Account;
import io.feiqian.simulation.services.SagaAuditor.StepEffect;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Orchestrations over the simulated services: the product's engine at every process of the first
 * service, steps at all of them, and clients who begin and begin again.
 */
final class Sagas {
    static final List<String> STEPS = List.of("a1", "b2", "c2", "d3");
    static final Definition DEFINITION =
            Definition.named("move", 1)
                    .inputs("a1", "b2", "c2", "d3")
                    .steps(
                            call("a1"),
                            Step.parallel("both").branch(call("b2")).branch(call("c2")),
                            call("d3"));

    private static final BusinessDate DAY = BusinessDate.ofNumber(20_260_302);
    private static final OrchestrationSettings SETTINGS =
            OrchestrationSettings.DEFAULT.withLease(
                    Duration.ofMillis(1_500), Duration.ofMillis(500));
    private static final int MOST_TRIES = 6;
    private static final String KEY = "step_key";

    /** What a service knows of a call. */
    private enum Standing {
        DONE,
        REFUSED,
        REVERSED,
        REFUSES_LATE
    }

    /** One that a client wants. */
    private record Wanted(TraceNumber trace, List<Leg> legs) {
        String input() {
            List<String> members = new ArrayList<>();
            for (int i = 0; i < STEPS.size(); i++) {
                members.add("\"%s\": \"%s\"".formatted(STEPS.get(i), legs.get(i).content().text()));
            }
            return "{" + String.join(", ", members) + "}";
        }
    }

    private final ServiceWorld world;
    private final int orders;
    private final Dice dice;
    private final SagaAuditor auditor;
    private final Set<Wanted> open = new LinkedHashSet<>();
    private int lives;
    private long ids;

    Sagas(ServiceWorld world, int orders, Dice dice, SagaAuditor auditor) {
        this.world = world;
        this.orders = orders;
        this.dice = dice;
        this.auditor = auditor;
    }

    private static Step.Call call(String name) {
        return Step.call(name, "add")
                .reverse("take")
                .retry(retry ->
                        retry.withTimeout(Duration.ofMillis(800))
                                .withPauses(Duration.ofMillis(50), Duration.ofMillis(400))
                                .givingUpAfter(3));
    }

    /** The engine of a process; empty where the run or the service has none. */
    Optional<Orchestrations> open(ServiceInstance at, Host host, DataSource pool) {
        boolean drives = at.service().name().equals("s1");
        if (world.kind() != Kind.ORCHESTRATION || !drives) {
            return Optional.empty();
        }
        RowStore store =
                new RowStore(
                        host, pool, world.rules(), () -> at.service().database().clock().millis());
        StepService steps = call -> at.step(service(call), call);
        Orchestrations engine =
                Orchestrations.open(
                        "engine-" + ++lives,
                        store,
                        name -> Optional.of(steps),
                        new Orchestrations.Host(
                                host,
                                host.process(),
                                host.process().clock(),
                                (kind, trace, text) ->
                                        world.log(() -> "engine alarm " + kind + " " + text)),
                        SETTINGS);
        engine.register(DEFINITION);
        return Optional.of(engine);
    }

    private static String service(StepCall call) {
        return leg(call).service();
    }

    private static Leg leg(StepCall call) {
        String name = "\"" + call.number().step() + "\"";
        int at = call.input().indexOf(':', call.input().indexOf(name));
        int from = call.input().indexOf('"', at) + 1;
        return Leg.read(
                Content.ofText(call.input().substring(from, call.input().indexOf('"', from))));
    }

    /** A step at the service that is called: its effect and its key are one commit. */
    StepOutcome serve(DataSource pool, StepCall call) throws SQLException {
        String key = call.trace() + "/" + call.number();
        try (Connection on = pool.getConnection()) {
            on.setAutoCommit(false);
            Optional<Standing> known = Rows.lock(on, KEY, key, Standing.class);
            if (world.rules().lack(Rule.STEP_KEY)) {
                known = known.filter(each -> each != Standing.DONE);
            }
            StepOutcome outcome =
                    call.direction() == Direction.FORWARD
                            ? forward(on, call, key, known)
                            : reverse(on, call, key, known);
            on.commit();
            return outcome;
        }
    }

    private StepOutcome forward(Connection on, StepCall call, String key, Optional<Standing> known)
            throws SQLException {
        if (known.isPresent()) {
            return switch (known.get()) {
                case DONE, REVERSED -> StepOutcome.accepted();
                case REFUSED -> StepOutcome.refused("NO_FUNDS", key);
                case REFUSES_LATE -> StepOutcome.refused("REVERSED_BEFORE", key);
            };
        }
        Leg leg = leg(call);
        try {
            add(on, leg, leg.amount(), true);
        } catch (RefusedException refused) {
            Rows.insert(on, KEY, key, Standing.REFUSED);
            return StepOutcome.refused("NO_FUNDS", key);
        }
        effect(on, call, leg, false);
        if (!world.rules().lack(Rule.STEP_KEY)) {
            Rows.insert(on, KEY, key, Standing.DONE);
        }
        return StepOutcome.accepted();
    }

    private StepOutcome reverse(Connection on, StepCall call, String key, Optional<Standing> known)
            throws SQLException {
        if (known.isEmpty()) {
            if (!world.rules().lack(Rule.STEP_LATE)) {
                Rows.insert(on, KEY, key, Standing.REFUSES_LATE);
            }
        } else if (known.get() == Standing.DONE) {
            Leg leg = leg(call);
            add(on, leg, -leg.amount(), false);
            effect(on, call, leg, true);
            Rows.put(on, KEY, key, Standing.REVERSED);
        }
        return StepOutcome.accepted();
    }

    private static void add(Connection on, Leg leg, long amount, boolean checked)
            throws SQLException {
        Account row =
                Rows.lock(on, Rows.ACCOUNT, leg.account(), Account.class).orElse(new Account(0, 0));
        if (checked) {
            Book.requireFunds(leg, row);
        }
        Rows.put(
                on,
                Rows.ACCOUNT,
                leg.account(),
                new Account(row.balance() + amount, row.reserved()));
    }

    private void effect(Connection on, StepCall call, Leg leg, boolean reversed)
            throws SQLException {
        Rows.insert(
                on,
                StepEffect.TABLE,
                ++ids,
                new StepEffect(
                        call.trace(),
                        call.number().step(),
                        call.number().round(),
                        reversed,
                        leg.amount()));
    }

    void begin() {
        for (int i = 1; i <= orders; i++) {
            Wanted wanted = drawn(i);
            open.add(wanted);
            world.scheduler()
                    .after(
                            dice.between(1, world.wildness().faultMicros()),
                            () -> {
                                send(wanted, 1);
                                if (dice.perMille(200)) {
                                    send(wanted, MOST_TRIES);
                                }
                            });
        }
    }

    private Wanted drawn(int number) {
        TraceNumber trace = TraceNumber.of(DAY, new Slot(dice.between(0, 99)), 3, number);
        List<Leg> legs = new ArrayList<>();
        long sum = 0;
        for (int i = 1; i < STEPS.size(); i++) {
            long amount = dice.between(-250, 250);
            legs.add(leg(amount));
            sum += amount;
        }
        legs.add(leg(-sum));
        return new Wanted(trace, legs);
    }

    private Leg leg(long amount) {
        String service = "s" + dice.between(1, world.services().size());
        return new Leg(service, BranchKind.NONE, dice.oneOf(ServiceWorld.accounts()), amount);
    }

    private void send(Wanted wanted, int tries) {
        boolean[] answered = new boolean[1];
        world.scheduler()
                .after(
                        3_000_000,
                        () -> {
                            if (!answered[0]) {
                                answered[0] = true;
                                again(wanted, tries);
                            }
                        });
        ServiceInstance at = world.service("s1").any(dice);
        world.network()
                .send(
                        ServiceNetwork.CLIENTS,
                        "s1",
                        () ->
                                at.serve(library ->
                                        at.engine()
                                                .ifPresent(engine -> {
                                                    Begun begun =
                                                            engine.begin(
                                                                    wanted.trace(),
                                                                    "move",
                                                                    wanted.input());
                                                    var _ =
                                                            begun.started()
                                                                    .thenAccept(outcome -> {
                                                                        if (outcome.isAccepted()) {
                                                                            auditor.begun(
                                                                                    wanted.trace());
                                                                        }
                                                                        world.network()
                                                                                .send(
                                                                                        "s1",
                                                                                        ServiceNetwork
                                                                                                .CLIENTS,
                                                                                        () ->
                                                                                                heard(
                                                                                                        wanted,
                                                                                                        tries,
                                                                                                        outcome,
                                                                                                        answered));
                                                                    });
                                                    var _ =
                                                            begun.ended()
                                                                    .thenAccept(result ->
                                                                            told(wanted, result));
                                                })));
    }

    private void told(Wanted wanted, OrchestrationResult result) {
        world.log(() -> "client told " + wanted.trace() + " " + result.phase());
        auditor.told(wanted.trace(), result.phase());
    }

    private void heard(Wanted wanted, int tries, Outcome outcome, boolean[] answered) {
        if (answered[0]) {
            return;
        }
        answered[0] = true;
        if (outcome.isAccepted()) {
            open.remove(wanted);
        } else {
            again(wanted, tries);
        }
    }

    private void again(Wanted wanted, int tries) {
        if (tries >= MOST_TRIES && !world.hasFaults()) {
            open.remove(wanted);
        } else {
            world.scheduler().after(dice.between(10_000, 600_000), () -> send(wanted, tries + 1));
        }
    }

    List<String> unfinished() {
        List<String> unfinished = new ArrayList<>();
        open.forEach(each -> unfinished.add("not begun: " + each.trace()));
        world.service("s1")
                .database()
                .visible(RowStore.ROWS)
                .values()
                .forEach(row -> {
                    OrchestrationRow each = (OrchestrationRow) row;
                    if (!each.phase().isEnd()) {
                        unfinished.add("orchestration " + each.trace() + " " + each.phase());
                    }
                });
        return unfinished;
    }
}
