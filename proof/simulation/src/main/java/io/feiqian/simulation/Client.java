package io.feiqian.simulation;

import io.feiqian.simulation.audit.Auditor;
import io.feiqian.simulation.audit.Auditor.Told;
import io.feiqian.simulation.audit.Request;
import io.feiqian.simulation.audit.Violation;
import io.feiqian.simulation.events.Dice;
import io.feiqian.storage.Answer;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A client with one order: sends it, again with the same trace number after silence, after unknown
 * and after refusals that allow it, and tells the auditor what it was told. Not thread-safe.
 */
final class Client {
    private static final int CLIENTS_PLACE = 0;
    private static final int PATIENCE_MICROS = 2_600_000;
    private static final int GIVE_UP_PER_MILLE = 150;
    private static final int REPEAT_PER_MILLE = 120;

    private final World world;
    private final Order order;
    private final Optional<Request> request;
    private final Dice dice;
    private Optional<Epoch> epoch = Optional.empty();
    private int sends;
    private boolean done;
    private boolean accepted;

    Client(World world, Order order, Dice dice) {
        this.world = world;
        this.order = order;
        this.dice = dice;
        this.request =
                order instanceof Order.Move move ? Optional.of(move.request()) : Optional.empty();
    }

    /** Whether it knows how its order ended. */
    boolean isDone() {
        return done;
    }

    /** Whether its order was accepted. */
    boolean isAccepted() {
        return accepted;
    }

    Order order() {
        return order;
    }

    /** Sends the order. */
    void send() {
        sendOnce();
    }

    private void sendOnce() {
        request.ifPresent(each -> world.auditor().asked(each, !done));
        int mine = ++sends;
        Cell home = world.owner(order.trace().home());
        if (epoch.isEmpty() && dice.perMille(700)) {
            epoch = Optional.of(world.epoch(order.trace().home()));
        }
        Optional<Epoch> known = epoch;
        Duration wanted = Duration.ofMillis(dice.between(600, 2_500));
        world.log(() -> "client sends " + order + " known epoch " + known);
        int copies =
                world.network()
                        .send(
                                CLIENTS_PLACE,
                                home.number(),
                                () -> arrived(home, known, wanted, mine));
        world.copies().merge(order, copies, Integer::sum);
        world.scheduler()
                .after(
                        PATIENCE_MICROS,
                        () -> {
                            if (!done && sends == mine) {
                                sendOnce();
                            }
                        });
    }

    /** One copy has come to the cell; its answer may come back more than once. */
    private void arrived(Cell home, Optional<Epoch> known, Duration wanted, int send) {
        AtomicBoolean told = new AtomicBoolean();
        home.take(
                order,
                known,
                wanted,
                answer ->
                        world.network()
                                .send(
                                        home.number(),
                                        CLIENTS_PLACE,
                                        () -> answered(answer, send, !told.getAndSet(true))));
    }

    private void answered(Answer answer, int send, boolean first) {
        world.log(() -> "client told " + answer.outcome() + " of " + order.trace());
        switch (answer.code().kind()) {
            case ACCEPTED -> {
                tell(Told.ACCEPTED, false);
                accepted = true;
                end();
            }
            case INVALID, NOT_FOUND, BUSINESS, CONFLICT -> {
                tell(Told.REFUSED, false);
                end();
            }
            case ROUTING, UNAVAILABLE -> nothingHappened(answer.code(), send, first);
            case UNKNOWN -> again(send);
            case FAULT -> throw new Violation("answered " + answer.outcome() + " to " + order);
        }
    }

    private void nothingHappened(OutcomeCode code, int send, boolean first) {
        int underWay = world.copies().merge(order, first ? -1 : 0, Integer::sum);
        if (code.kind() == OutcomeCode.Kind.ROUTING) {
            epoch = Optional.empty();
        }
        if (!done && underWay == 0 && dice.perMille(GIVE_UP_PER_MILLE)) {
            tell(Told.NOTHING_HAPPENED, true);
            done = true;
            return;
        }
        again(send);
    }

    private void again(int send) {
        if (!done && sends == send) {
            world.scheduler()
                    .after(
                            dice.between(10_000, 400_000),
                            () -> {
                                if (!done && sends == send) {
                                    sendOnce();
                                }
                            });
        }
    }

    private void end() {
        done = true;
        if (dice.perMille(REPEAT_PER_MILLE) && sends < 8) {
            world.scheduler().after(dice.between(1_000, 3_000_000), this::sendOnce);
        }
    }

    private void tell(Told what, boolean soleCopy) {
        Auditor auditor = world.auditor();
        request.ifPresent(each -> auditor.told(each, what, soleCopy));
    }
}
