package io.feiqian.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.BankReply;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The accounts of a run: in every cell some customers' and a cash desk. Each has had one deposit.
 *
 * @param customers the customers' accounts of each cell, in the order of the cells
 * @param desks the cash desk of each cell
 */
record Accounts(List<List<AccountNumber>> customers, List<AccountNumber> desks) {
    private static final int SETUP_CHANNEL = 998;
    private static final long OPENING_MINOR = 1_000_000;
    private static final int TRIES = 5;

    /** Copies the lists. */
    Accounts {
        customers = customers.stream().map(List::copyOf).toList();
        desks = List.copyOf(desks);
    }

    /** Opens so many accounts in every cell and pays the first money in. */
    static Accounts open(
            BankClient bank,
            RouteMap routes,
            BusinessDate date,
            int perCell,
            long seed,
            ClientLedger ledger)
            throws InterruptedException {
        Opening opening = new Opening(bank, date, ledger);
        Randomness random = Randomness.seeded(seed);
        List<AccountNumber> desks = new ArrayList<>();
        List<List<Future<AccountNumber>>> pending = new ArrayList<>();
        long serial = 1;
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (CellId cell : routes.cells()) {
                AccountNumber desk = opening.desk(cell, serial++);
                desks.add(desk);
                List<Future<AccountNumber>> some = new ArrayList<>();
                for (int i = 0; i < perCell; i++) {
                    Slot slot = customerSlot(routes, cell, random);
                    long own = serial;
                    serial += 3;
                    some.add(threads.submit(() -> opening.customer(slot, desk, own)));
                }
                pending.add(some);
            }
            List<List<AccountNumber>> customers = new ArrayList<>();
            for (List<Future<AccountNumber>> some : pending) {
                List<AccountNumber> opened = new ArrayList<>();
                for (Future<AccountNumber> each : some) {
                    opened.add(each.get());
                }
                customers.add(opened);
            }
            return new Accounts(customers, desks);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof CommandFailure known) {
                throw known;
            }
            throw new IllegalStateException(failed);
        }
    }

    private static Slot customerSlot(RouteMap routes, CellId cell, Randomness random) {
        List<SlotRange> ranges =
                routes.ownedBy(cell).stream()
                        .map(each -> each.slots())
                        .filter(each -> !each.first().isPinned())
                        .toList();
        SlotRange range = ranges.get(random.nextInt(ranges.size()));
        return new Slot(range.first().number() + random.nextInt(range.size()));
    }

    private record Opening(BankClient bank, BusinessDate date, ClientLedger ledger) {
        AccountNumber desk(CellId cell, long serial) {
            ObjectNode body = BankClient.body();
            body.put("trace_number", trace(Slot.pinnedTo(cell), serial).toString());
            body.put("kind", "CASH");
            body.put("currency", Operation.CURRENCY.code());
            body.put("name", "cash desk of " + cell);
            return AccountNumber.parse(accepted("/v1/internal-accounts", body).text("account"));
        }

        AccountNumber customer(Slot slot, AccountNumber desk, long serial) {
            ObjectNode person = BankClient.body();
            person.put("trace_number", trace(slot, serial).toString());
            person.put("name", "customer " + serial);
            person.put("document", "D" + serial);
            person.put("phone", "1" + serial);
            String customer = accepted("/v1/customers", person).text("customer");
            ObjectNode body = BankClient.body();
            body.put("trace_number", trace(slot, serial + 1).toString());
            body.put("customer", customer);
            body.put("currency", Operation.CURRENCY.code());
            AccountNumber account =
                    AccountNumber.parse(accepted("/v1/accounts", body).text("account"));
            Operation deposit =
                    new Operation(
                            trace(desk.slot(), serial + 2),
                            Operation.Kind.DEPOSIT,
                            desk,
                            account,
                            OPENING_MINOR,
                            java.util.Optional.empty());
            accepted(deposit.path(), deposit.body());
            ledger.record(deposit, OutcomeCode.ACCEPTED);
            return account;
        }

        private TraceNumber trace(Slot home, long serial) {
            return TraceNumber.of(date, home, SETUP_CHANNEL, serial);
        }

        private BankReply accepted(String path, ObjectNode body) {
            BankReply reply = bank.post(path, body);
            for (int i = 1; i < TRIES && reply.isWorthRepeating(); i++) {
                reply = bank.post(path, body);
            }
            if (!reply.isAccepted()) {
                throw new CommandFailure(
                        ExitStatus.FAILED,
                        "%s: %s: %s"
                                .formatted(path, reply.outcome().code(), reply.outcome().message()),
                        "The accounts of the run could not be opened.");
            }
            return reply;
        }
    }
}
