package io.feiqian.simulation.services;

import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchKind;
import io.feiqian.participant.Content;
import io.feiqian.participant.FinishOrder;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.participant.TransactionScope;
import io.feiqian.simulation.Kind;
import io.feiqian.simulation.Rule;
import io.feiqian.simulation.events.Dice;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who begins transactions: repeats what was not answered, at another process, and more than once.
 */
final class Customers {
    private static final BusinessDate DAY = BusinessDate.ofNumber(20_260_302);
    private static final int ANSWER_MICROS = 3_000_000;
    private static final int MOST_TRIES = 6;
    private static final long SLOW_BODY_MICROS = 13L * 60 * 1_000_000;
    private static final List<BranchKind> MIXED =
            List.of(
                    BranchKind.TCC,
                    BranchKind.SQL,
                    BranchKind.XA,
                    BranchKind.REVERSAL,
                    BranchKind.MESSAGE);

    private final ServiceWorld world;
    private final int orders;
    private final Dice dice;
    private final boolean slow;
    private final Set<ServiceOrder> open = new LinkedHashSet<>();

    Customers(ServiceWorld world, int orders, Dice dice) {
        this.world = world;
        this.orders = orders;
        this.dice = dice;
        int slowSeeds = world.rules().lack(Rule.DECIDE_BY) ? 500 : 20;
        this.slow = dice.perMille(slowSeeds);
    }

    void begin() {
        for (int i = 1; i <= orders; i++) {
            ServiceOrder order = drawn(i);
            open.add(order);
            world.scheduler()
                    .after(dice.between(1, world.wildness().faultMicros()), () -> first(order));
        }
    }

    /** How much longer a run takes whose bodies are slow. */
    long slowestMicros() {
        return slow ? 3 * SLOW_BODY_MICROS : 0;
    }

    List<String> unfinished() {
        return open.stream().map(order -> "no answer: " + order).toList();
    }

    private ServiceOrder drawn(int number) {
        String service = "s" + dice.between(1, world.services().size());
        TraceNumber trace = TraceNumber.of(DAY, new Slot(dice.between(0, 99)), 1, number);
        List<Leg> legs = new ArrayList<>();
        long sum = 0;
        int count = dice.between(1, 3);
        for (int i = 0; i < count; i++) {
            BranchKind kind = kind();
            long amount = dice.between(1, 60) * (kind == BranchKind.MESSAGE ? 1 : sign());
            Leg leg = new Leg(other(service), kind, account(), amount);
            legs.add(leg);
            sum += amount;
        }
        if (sum == 0) {
            return new ServiceOrder(trace, service, legs, Optional.empty(), false);
        }
        Leg own = new Leg(service, BranchKind.NONE, account(), -sum);
        return new ServiceOrder(trace, service, legs, Optional.of(own), slow && dice.perMille(300));
    }

    private long sign() {
        return dice.perMille(700) ? 1 : -1;
    }

    private String account() {
        return dice.oneOf(ServiceWorld.accounts());
    }

    private String other(String service) {
        String other = "s" + dice.between(1, world.services().size());
        return other.equals(service) && dice.perMille(900) ? other(service) : other;
    }

    private BranchKind kind() {
        return switch (world.kind()) {
            case TCC, NESTED -> BranchKind.TCC;
            case SQL -> BranchKind.SQL;
            case XA -> BranchKind.XA;
            case REVERSAL -> BranchKind.REVERSAL;
            case MESSAGE -> dice.perMille(600) ? BranchKind.MESSAGE : BranchKind.TCC;
            case MIXED -> dice.oneOf(MIXED);
            case BANK, ORCHESTRATION -> throw new IllegalArgumentException("kind: " + world.kind());
        };
    }

    private void first(ServiceOrder order) {
        if (order.slow()) {
            // Rows of void attempts are gone when it is answered: a repetition would be new.
            send(order, MOST_TRIES);
            return;
        }
        send(order, 1);
        if (dice.perMille(150)) {
            // Impatient: at two processes at once.
            execute(order, Optional.empty());
        }
        if (dice.perMille(80) && !world.operators().mayForget()) {
            execute(order.forMore(), Optional.empty());
        }
    }

    private void send(ServiceOrder order, int tries) {
        boolean[] answered = new boolean[1];
        world.scheduler()
                .after(
                        ANSWER_MICROS + (order.slow() ? SLOW_BODY_MICROS : 0),
                        () -> {
                            if (!answered[0]) {
                                answered[0] = true;
                                again(order, tries);
                            }
                        });
        execute(
                order,
                Optional.of(answer -> {
                    if (answered[0]) {
                        return;
                    }
                    answered[0] = true;
                    boolean isFinal =
                            answer.outcome().code().isFinal()
                                    || answer.outcome().code() == OutcomeCode.TRACE_CONTENT_DIFFERS;
                    if (!isFinal) {
                        again(order, tries);
                    } else if (dice.perMille(200)) {
                        // Asks once more what it knows: the recorded answer.
                        send(order, MOST_TRIES);
                    } else {
                        open.remove(order);
                    }
                }));
    }

    private void again(ServiceOrder order, int tries) {
        if (tries >= MOST_TRIES && !world.hasFaults()) {
            open.remove(order);
        } else {
            world.scheduler().after(dice.between(10_000, 600_000), () -> send(order, tries + 1));
        }
    }

    private interface Hearing {
        void of(TransactionAnswer answer);
    }

    private void execute(ServiceOrder order, Optional<Hearing> hearing) {
        ServiceInstance at = world.service(order.service()).any(dice);
        world.network()
                .send(
                        ServiceNetwork.CLIENTS,
                        order.service(),
                        () ->
                                at.serve(library -> {
                                    TransactionAnswer answer = executed(at, library, order);
                                    world.log(() ->
                                            "client told "
                                                    + order.trace()
                                                    + " "
                                                    + answer.outcome());
                                    world.network()
                                            .send(
                                                    order.service(),
                                                    ServiceNetwork.CLIENTS,
                                                    () ->
                                                            hearing.ifPresent(
                                                                    each -> each.of(answer)));
                                }));
    }

    private TransactionAnswer executed(
            ServiceInstance at, GlobalTransactions library, ServiceOrder order) {
        world.auditor().executed(order);
        Content content = world.rules().lack(Rule.OTHER_CONTENT) ? Content.EMPTY : order.content();
        TransactionAnswer answer =
                library.execute(
                        TransactionOrder.of(order.trace(), content, DAY),
                        scope -> body(at, scope, order));
        world.auditor().told(order, answer);
        return answer;
    }

    private void body(ServiceInstance at, TransactionScope scope, ServiceOrder order) {
        int number = 0;
        for (Leg leg : order.legs()) {
            number++;
            if (leg.kind() == BranchKind.MESSAGE) {
                scope.message(leg.service(), Book.ACTION, leg.content());
                if (world.rules().lack(Rule.MESSAGE_WITH_DECISION)) {
                    BranchKey key = new BranchKey(order.trace(), scope.attempt(), number);
                    leave(at, key, leg);
                }
            } else {
                var _ =
                        scope.call(
                                leg.service(), leg.content(), context -> called(at, context, leg));
            }
        }
        if (order.slow()) {
            at.host().pause(SLOW_BODY_MICROS);
        } else if (dice.perMille(30)) {
            at.host().pause(dice.between(500_000, 2_000_000));
        }
        order.own()
                .ifPresent(leg -> {
                    BranchKey key = new BranchKey(order.trace(), scope.attempt(), 1);
                    scope.own(on -> at.service().book().own(on, key, leg));
                });
    }

    /** A call that is not answered is sent once more: the row answers it. */
    private static BranchAnswer called(ServiceInstance at, BranchContext context, Leg leg) {
        BranchAnswer answer = at.call(context, leg);
        return answer.outcome().code() == OutcomeCode.UNKNOWN ? at.call(context, leg) : answer;
    }

    /** What the rule forbids: a message that leaves before the decision. */
    private static void leave(ServiceInstance at, BranchKey key, Leg leg) {
        FinishOrder order =
                new FinishOrder(
                        FinishOrder.Verb.DELIVER,
                        key,
                        at.service().name(),
                        leg.content().digest(),
                        DAY,
                        Book.ACTION,
                        leg.content());
        var _ = at.finish(leg.service(), List.of(order));
    }

    /** Begins a transaction of its own, with a number that follows from the branch. */
    void nested(ServiceInstance at, GlobalTransactions library, BranchContext context, Leg leg) {
        if (world.kind() != Kind.NESTED || context.key().trace().channel() != 1) {
            return;
        }
        BranchKey key = context.key();
        TraceNumber trace =
                TraceNumber.of(
                        DAY, key.trace().home(), 2, key.trace().serial() * 100 + key.branch());
        String from = at.service().name();
        String to = world.services().get((from.charAt(1) - '0') % world.services().size()).name();
        long amount = Math.abs(leg.amount());
        ServiceOrder inner =
                new ServiceOrder(
                        trace,
                        from,
                        List.of(new Leg(to, BranchKind.TCC, leg.account(), amount)),
                        Optional.of(new Leg(from, BranchKind.NONE, leg.account(), -amount)),
                        false);
        var _ = executed(at, library, inner);
    }
}
