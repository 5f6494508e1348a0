package io.feiqian.chaos;

import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one client of services does until it is told to stop: transactions of kinds and participants
 * drawn from its own seeded randomness, repetitions, and forgeries. Belongs to one thread.
 */
final class GlobalWorkload implements Runnable {
    private static final int CHANNEL = 997;
    private static final long SERIALS_PER_WORKER = 1_000_000_000_000L;
    private static final Duration THINK = Duration.ofMillis(30);
    private static final Duration BACK_OFF = Duration.ofMillis(150);
    private static final int RECALL_PERCENT = 6;
    private static final int LARGEST = 5_000;
    private static final int ONE_HOPELESS_IN = 25;

    private final int worker;
    private final ServicesPlan plan;
    private final ServicesClient client;
    private final List<ServicesUnderTest.Service> services;
    private final BusinessDate date;
    private final GlobalLedger ledger;
    private final AtomicBoolean stop;
    private final Timer timer;
    private final Randomness random;
    private long serial;

    GlobalWorkload(
            int worker,
            ServicesPlan plan,
            ServicesClient client,
            List<ServicesUnderTest.Service> services,
            BusinessDate date,
            GlobalLedger ledger,
            AtomicBoolean stop,
            Timer timer) {
        this.worker = worker;
        this.plan = plan;
        this.client = client;
        this.services = List.copyOf(services);
        this.date = date;
        this.ledger = ledger;
        this.stop = stop;
        this.timer = timer;
        this.random = Randomness.seeded(plan.seed() * 1_000 + 500 + worker);
    }

    @Override
    public void run() {
        try {
            while (!stop.get() && !Thread.currentThread().isInterrupted()) {
                step();
                timer.pause(THINK);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void step() throws InterruptedException {
        int draw = random.nextInt(100);
        boolean recalls = plan.kinds().contains(GlobalKind.RECALL) && draw < RECALL_PERCENT;
        if (recalls) {
            for (GlobalRequest earlier : ledger.takeRecallable(random.nextInt(1_000_000))) {
                recall(earlier);
            }
        } else if (draw < 82) {
            send(next(), false);
        } else if (draw < 88) {
            send(next(), true);
        } else {
            for (GlobalRequest earlier : ledger.any(random.nextInt(Integer.MAX_VALUE))) {
                again(earlier, draw);
            }
        }
    }

    private void again(GlobalRequest earlier, int draw) throws InterruptedException {
        if (draw < 97) {
            ledger.repeated();
            send(earlier, false);
        } else if (ledger.standing(earlier) == GlobalLedger.Standing.ACCEPTED) {
            ledger.forged(earlier, client.ask(earlier.forged(), random.nextInt(100)));
        }
    }

    /** Takes back the messages of an earlier request, and pays its payer back. */
    private void recall(GlobalRequest earlier) throws InterruptedException {
        List<Leg> own =
                earlier.legs().stream()
                        .filter(each -> each.how() == Leg.How.OWN)
                        .map(each -> each.with(-each.amount()))
                        .toList();
        GlobalRequest recall =
                new GlobalRequest(
                        nextTrace(),
                        GlobalKind.RECALL,
                        earlier.initiator(),
                        false,
                        earlier.trace(),
                        own);
        send(recall, random.nextInt(4) == 0);
    }

    private void send(GlobalRequest request, boolean twice) throws InterruptedException {
        int instance = random.nextInt(100);
        OutcomeCode code;
        if (twice) {
            ledger.repeated();
            code = client.askBoth(request, instance, ledger);
        } else {
            code = client.ask(request, instance);
            ledger.record(request, code);
        }
        if (code.kind() == OutcomeCode.Kind.UNAVAILABLE
                || code.kind() == OutcomeCode.Kind.UNKNOWN) {
            timer.pause(BACK_OFF);
        }
    }

    /** A new transaction of a drawn kind. */
    GlobalRequest next() {
        List<GlobalKind> kinds =
                plan.kinds().stream().filter(each -> each != GlobalKind.RECALL).toList();
        GlobalKind kind = kinds.get(random.nextInt(kinds.size()));
        ServicesUnderTest.Service initiator = services.get(random.nextInt(services.size()));
        int currency = random.nextInt(ServiceAccounts.CURRENCIES.size());
        List<Leg> legs = kind.isOfSteps() ? steps(kind) : branches(kind, initiator.name());
        return new GlobalRequest(
                nextTrace(),
                kind,
                initiator.name(),
                random.nextInt(4) == 0,
                "",
                balanced(legs, currency));
    }

    private String nextTrace() {
        return TraceNumber.of(
                        date, new Slot(worker), CHANNEL, worker * SERIALS_PER_WORKER + serial++)
                .toString();
    }

    private List<Leg> branches(GlobalKind kind, String initiator) {
        List<Leg> legs = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            ServicesUnderTest.Service service = participant(kind);
            legs.add(new Leg(service.name(), how(kind, service), 0, 1));
        }
        // Most have an own share; one without is decided for others alone.
        boolean needsPayer = legs.stream().allMatch(each -> each.how() == Leg.How.MESSAGE);
        if (legs.size() == 1 || needsPayer || random.nextInt(4) > 0) {
            legs.add(new Leg(initiator, Leg.How.OWN, 0, 1));
        }
        return legs;
    }

    /** A service that takes part in this kind. */
    private ServicesUnderTest.Service participant(GlobalKind kind) {
        List<ServicesUnderTest.Service> able =
                services.stream()
                        .filter(each ->
                                ServiceDatabases.kinds(each.database().product(), plan.kinds())
                                        .contains(kind))
                        .toList();
        return able.get(random.nextInt(able.size()));
    }

    private Leg.How how(GlobalKind kind, ServicesUnderTest.Service service) {
        if (kind.how().isPresent()) {
            return kind.how().get();
        }
        List<GlobalKind> mixable =
                GlobalKind.mixable(
                        java.util.Set.copyOf(
                                ServiceDatabases.kinds(
                                        service.database().product(), plan.kinds())));
        return mixable.get(random.nextInt(mixable.size())).how().orElse(Leg.How.TCC);
    }

    private List<Leg> steps(GlobalKind kind) {
        int count =
                kind == GlobalKind.SAGA
                        ? GlobalInitiator.LEGS_BEFORE_LOOP
                        : GlobalInitiator.LEGS_BEFORE_LOOP + 1 + random.nextInt(2);
        List<Leg> legs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String service = services.get(random.nextInt(services.size())).name();
            legs.add(new Leg(service, Leg.How.STEP, 0, 1));
        }
        return legs;
    }

    /**
     * Gives the legs accounts and amounts: one pays, the others are paid; what comes by a message
     * cannot be refused and so never pays.
     */
    private List<Leg> balanced(List<Leg> legs, int currency) {
        List<Integer> payers = new ArrayList<>();
        for (int i = 0; i < legs.size(); i++) {
            if (legs.get(i).how() != Leg.How.MESSAGE) {
                payers.add(i);
            }
        }
        int payer = payers.get(random.nextInt(payers.size()));
        boolean hopeless = random.nextInt(ONE_HOPELESS_IN) == 0;
        int lost = payers.getLast();
        List<Leg> filled = new ArrayList<>();
        long paid = 0;
        for (int i = 0; i < legs.size(); i++) {
            long amount = i == payer ? 0 : 1L + random.nextInt(LARGEST);
            paid += amount;
            long account =
                    hopeless && i == lost
                            ? ServiceAccounts.NOBODY
                            : freeAccount(filled, legs.get(i), currency);
            filled.add(new Leg(legs.get(i).service(), legs.get(i).how(), account, amount));
        }
        filled.set(payer, filled.get(payer).with(-paid));
        return filled;
    }

    /** No account is moved twice by one transaction: its branches would wait for each other. */
    private long freeAccount(List<Leg> taken, Leg leg, int currency) {
        while (true) {
            long account =
                    ServiceAccounts.number(currency, random.nextInt(plan.accountsPerCurrency()));
            boolean isFree =
                    taken.stream()
                            .noneMatch(each ->
                                    each.service().equals(leg.service())
                                            && each.account() == account);
            if (isFree) {
                return account;
            }
        }
    }
}
