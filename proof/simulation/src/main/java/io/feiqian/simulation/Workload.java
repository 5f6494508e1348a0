package io.feiqian.simulation;

import io.feiqian.ledger.AccountStatus;
import io.feiqian.ledger.EntryKind;
import io.feiqian.simulation.events.Dice;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the clients of a run want: transfers within and across cells, cash, reversals, the same
 * again, other content under a used number, and accounts frozen and closed in between.
 */
final class Workload {
    private static final int CHANNEL = 7;
    private static final BusinessDate DATE = BusinessDate.ofNumber(World.FIRST_DAY);

    private final World world;
    private final int orders;
    private final Dice dice;
    private final List<Client> clients = new ArrayList<>();
    private final List<Order.Move> moves = new ArrayList<>();
    private int begun;
    private long serial;

    Workload(World world, int orders, Dice dice) {
        this.world = world;
        this.orders = orders;
        this.dice = dice;
    }

    /** Spreads the orders over the time of the faults. */
    void begin() {
        int span = world.settings().faultMicros();
        for (int i = 0; i < orders; i++) {
            world.scheduler().after(dice.between(1, span), this::next);
        }
    }

    /** The clients that do not know how their order ended. */
    List<String> unfinished() {
        List<String> unfinished = new ArrayList<>();
        if (begun < orders) {
            unfinished.add("orders that did not begin: " + (orders - begun));
        }
        for (Client each : clients) {
            if (!each.isDone()) {
                unfinished.add("no answer to " + each.order());
            }
        }
        return unfinished;
    }

    private void next() {
        begun++;
        int kind = dice.between(0, 99);
        if (kind < 48) {
            place(transfer());
        } else if (kind < 58) {
            place(deposit());
        } else if (kind < 64) {
            place(withdrawal());
        } else if (kind < 76) {
            reverse();
        } else if (kind < 84) {
            again(false);
        } else if (kind < 91) {
            again(true);
        } else {
            setStatus(kind < 98);
        }
    }

    private void place(Order order) {
        if (order instanceof Order.Move move) {
            moves.add(move);
        }
        Client client = new Client(world, order, dice.part());
        clients.add(client);
        client.send();
    }

    private Order.Move transfer() {
        AccountNumber payer = customer();
        AccountNumber payee = customer();
        while (payee.equals(payer)) {
            payee = customer();
        }
        return move(EntryKind.TRANSFER, payer, payee, dice.between(1, 250), Optional.empty());
    }

    private Order.Move deposit() {
        return move(
                EntryKind.DEPOSIT,
                World.cash(dice.oneOf(world.cells()).id()),
                customer(),
                dice.between(1, 200),
                Optional.empty());
    }

    private Order.Move withdrawal() {
        return move(
                EntryKind.WITHDRAWAL,
                customer(),
                World.cash(dice.oneOf(world.cells()).id()),
                dice.between(1, 200),
                Optional.empty());
    }

    /**
     * One reversal or two at once, of the whole or of a part, of something accepted if possible.
     */
    private void reverse() {
        List<Client> accepted =
                clients.stream()
                        .filter(each ->
                                each.isAccepted()
                                        && each.order() instanceof Order.Move move
                                        && move.original().isEmpty())
                        .toList();
        if (accepted.isEmpty()) {
            place(transfer());
            return;
        }
        Order.Move original = (Order.Move) dice.oneOf(accepted).order();
        int times = dice.between(1, 2);
        for (int i = 0; i < times; i++) {
            long part = dice.perMille(600) ? original.minor() : 1 + original.minor() / 2;
            place(
                    move(
                            EntryKind.REVERSAL,
                            original.payee(),
                            original.payer(),
                            part,
                            Optional.of(original.trace())));
        }
    }

    /** An earlier order once more, perhaps with another amount. */
    private void again(boolean changed) {
        if (moves.isEmpty()) {
            place(transfer());
            return;
        }
        Order.Move earlier = moves.get(Math.max(0, moves.size() - dice.between(1, 8)));
        place(changed ? earlier.withAmount(earlier.minor() + dice.between(1, 9)) : earlier);
    }

    private void setStatus(boolean freezing) {
        AccountNumber account = customer();
        AccountStatus status = AccountStatus.CLOSED;
        if (freezing) {
            status = dice.perMille(500) ? AccountStatus.FROZEN : AccountStatus.OPEN;
            if (status == AccountStatus.FROZEN) {
                thawLater(account);
            }
        }
        place(new Order.SetStatus(trace(account.slot()), account, status));
    }

    private void thawLater(AccountNumber account) {
        world.scheduler()
                .after(
                        dice.between(100_000, 1_500_000),
                        () ->
                                place(
                                        new Order.SetStatus(
                                                trace(account.slot()),
                                                account,
                                                AccountStatus.OPEN)));
    }

    private Order.Move move(
            EntryKind kind,
            AccountNumber payer,
            AccountNumber payee,
            long minor,
            Optional<TraceNumber> original) {
        return new Order.Move(trace(payer.slot()), kind, payer, payee, minor, original);
    }

    private TraceNumber trace(Slot home) {
        return TraceNumber.of(DATE, home, CHANNEL, ++serial);
    }

    /** Some accounts are hot. */
    private AccountNumber customer() {
        List<AccountNumber> all = world.customers();
        return dice.perMille(300)
                ? all.get(dice.between(0, Math.min(3, all.size() - 1)))
                : dice.oneOf(all);
    }
}
