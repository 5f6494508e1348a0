package io.feiqian.chaos;

import io.feiqian.cli.BankClient;
import io.feiqian.cli.BankReply;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one client does until it is told to stop: one request after the other, each of a kind drawn
 * from its own seeded randomness, every answer recorded. Belongs to one thread.
 */
final class Workload implements Runnable {
    private static final int CHANNEL = 999;
    private static final long SERIALS_PER_WORKER = 1_000_000_000_000L;
    private static final Duration BACK_OFF = Duration.ofMillis(50);
    private static final int MOST_WAITS = 100;
    private static final int LARGEST_MINOR = 5_000;

    private final int worker;
    private final BankClient bank;
    private final Accounts accounts;
    private final BusinessDate date;
    private final ClientLedger ledger;
    private final AtomicBoolean stop;
    private final Timer timer;
    private final Randomness random;
    private long serial;

    Workload(
            int worker,
            long seed,
            BankClient bank,
            Accounts accounts,
            BusinessDate date,
            ClientLedger ledger,
            AtomicBoolean stop,
            Timer timer) {
        this.worker = worker;
        this.bank = bank;
        this.accounts = accounts;
        this.date = date;
        this.ledger = ledger;
        this.stop = stop;
        this.timer = timer;
        this.random = Randomness.seeded(seed * 1_000 + worker);
    }

    @Override
    public void run() {
        while (!stop.get() && !Thread.currentThread().isInterrupted()) {
            step();
        }
    }

    private void step() {
        int draw = random.nextInt(100);
        if (draw < 33) {
            int cell = anyCell();
            send(movement(Operation.Kind.TRANSFER_IN_CELL, customer(cell), customer(cell)));
        } else if (draw < 66) {
            int from = anyCell();
            int to = otherCell(from);
            send(movement(Operation.Kind.TRANSFER_ACROSS_CELLS, customer(from), customer(to)));
        } else if (draw < 74) {
            send(movement(Operation.Kind.DEPOSIT, desk(), customer(anyCell())));
        } else if (draw < 82) {
            send(movement(Operation.Kind.WITHDRAWAL, customer(anyCell()), desk()));
        } else {
            ledger.accepted(random.nextInt(Integer.MAX_VALUE)).forEach(each -> use(each, draw));
        }
    }

    /** Does something with an operation that was accepted earlier. */
    private void use(Operation earlier, int draw) {
        if (draw < 87) {
            if (earlier.kind().isTransfer()) {
                send(reversalOf(earlier));
            }
        } else if (draw < 93) {
            BankReply reply = bank.post(earlier.path(), earlier.body());
            ledger.repeated(earlier, reply.outcome().code(), reply.recorded());
        } else if (draw < 95) {
            Operation forged = earlier.forged();
            ledger.forged(forged, bank.post(forged.path(), forged.body()).outcome().code());
        } else if (draw < 98) {
            BankReply reply = bank.get("/v1/transactions/" + earlier.trace());
            if (reply.outcome().code() == OutcomeCode.UNKNOWN_TRANSACTION) {
                ledger.missing(earlier, reply.outcome().code());
            }
        } else {
            bank.get("/v1/accounts/" + earlier.payee());
        }
    }

    private void send(Operation operation) {
        if (operation.payer().equals(operation.payee())) {
            return;
        }
        OutcomeCode code = asked(operation);
        for (int i = 0; code == OutcomeCode.WAIT && i < MOST_WAITS; i++) {
            // What is taken back may not have reached the payee's cell yet: one asks again.
            backOff();
            code = asked(operation);
        }
        ledger.record(operation, code);
        if (code.kind() == OutcomeCode.Kind.UNAVAILABLE) {
            backOff();
        }
    }

    private OutcomeCode asked(Operation operation) {
        return bank.post(operation.path(), operation.body()).outcome().code();
    }

    /** A bank that is not there is not helped by clients that only ask faster. */
    private void backOff() {
        try {
            timer.pause(BACK_OFF);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Operation movement(Operation.Kind kind, AccountNumber payer, AccountNumber payee) {
        return new Operation(
                nextTrace(payer),
                kind,
                payer,
                payee,
                1L + random.nextInt(LARGEST_MINOR),
                Optional.empty());
    }

    private Operation reversalOf(Operation original) {
        return new Operation(
                nextTrace(original.payee()),
                Operation.Kind.REVERSAL,
                original.payee(),
                original.payer(),
                original.minor(),
                Optional.of(original.trace()));
    }

    private TraceNumber nextTrace(AccountNumber payer) {
        return TraceNumber.of(date, payer.slot(), CHANNEL, worker * SERIALS_PER_WORKER + serial++);
    }

    private int anyCell() {
        return random.nextInt(accounts.customers().size());
    }

    private int otherCell(int cell) {
        int cells = accounts.customers().size();
        return cells == 1 ? cell : (cell + 1 + random.nextInt(cells - 1)) % cells;
    }

    private AccountNumber customer(int cell) {
        List<AccountNumber> some = accounts.customers().get(cell);
        return some.get(random.nextInt(some.size()));
    }

    private AccountNumber desk() {
        return accounts.desks().get(random.nextInt(accounts.desks().size()));
    }
}
