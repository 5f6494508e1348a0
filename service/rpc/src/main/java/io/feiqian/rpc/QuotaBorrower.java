package io.feiqian.rpc;

import static java.util.Locale.ROOT;

import io.feiqian.governance.Borrower;
import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Lease;
import io.feiqian.governance.Rule;
import io.feiqian.governance.Side;
import io.feiqian.governance.spi.QuotaShares;
import io.feiqian.registry.spi.Registry;
import io.feiqian.rpc.contract.BorrowRequest;
import io.feiqian.rpc.contract.BorrowResponse;
import io.feiqian.rpc.contract.QuotaLease;
import io.feiqian.rpc.contract.QuotaLendingGrpc;
import io.feiqian.rpc.contract.QuotaQuestion;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Borrows this process's shares of all quotas from the {@link QuotaLender} that was elected: one
 * call for all of them at a time, well before the first lease has passed, on no caller's thread.
 * Where no lender answers every share stays as it is. Thread-safe.
 */
public final class QuotaBorrower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaBorrower.class);
    private static final Duration WITHOUT_QUOTAS = Duration.ofSeconds(1);
    private static final Duration LONGEST_CALL = Duration.ofSeconds(2);

    private final String process;
    private final Channels channels;
    private final Clock clock;
    private final Timer timer;
    private final Randomness random;
    private final List<Shares> borrowing = new CopyOnWriteArrayList<>();
    private final Runnable unwatch;
    private volatile @Nullable Endpoint lender;
    private volatile boolean closed;
    private long lives;
    private boolean answered;
    private volatile boolean asking;

    private QuotaBorrower(
            String name,
            Registry registry,
            Channels channels,
            Clock clock,
            Timer timer,
            Randomness random) {
        this.process = name + "-" + Long.toHexString(random.nextLong());
        this.channels = channels;
        this.clock = clock;
        this.timer = timer;
        this.random = random;
        this.unwatch =
                registry.watchDocument(
                        LenderAddress.DOCUMENT,
                        document -> LenderAddress.of(document).ifPresent(this::learn));
    }

    /**
     * Begins to borrow for a process.
     *
     * @param name the name of the process
     * @param registry says who lends; while it is down, who lent last is asked
     * @param channels the connections; closed with this, shared with nobody else
     */
    public static QuotaBorrower start(
            String name,
            Registry registry,
            Channels channels,
            Clock clock,
            Timer timer,
            Randomness random) {
        QuotaBorrower begun = new QuotaBorrower(name, registry, channels, clock, timer, random);
        begun.next(WITHOUT_QUOTAS);
        return begun;
    }

    /** Policies whose quotas are borrowed here. */
    public Governance governance(GovernanceSetup setup) {
        Shares shares = new Shares(setup.side());
        Governance governance = Governance.of(setup.with(shares));
        shares.governance = governance;
        borrowing.add(shares);
        return governance;
    }

    /** Calls a second that this process may use of a quota at this side; NaN without a lease. */
    public double share(Side side, String quota) {
        return borrowing.stream()
                .filter(each -> each.side == side)
                .map(each -> each.perSecond(quota))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** Borrows no more; shares stay as they are. */
    @Override
    public void close() {
        closed = true;
        unwatch.run();
        channels.close();
    }

    /** Whether a question is on its way. */
    boolean isAsking() {
        return asking;
    }

    private void learn(LenderAddress address) {
        lender = address.endpoint();
        if (!closed) {
            channels.retainOnly(List.of(address.endpoint()));
        }
    }

    /** Not all processes at the same moment. */
    private void next(Duration pause) {
        if (!closed) {
            timer.after(
                    pause.multipliedBy(900 + random.nextInt(100)).dividedBy(1_000), this::round);
        }
    }

    private void round() {
        Duration pause = WITHOUT_QUOTAS;
        try {
            pause = ask();
        } catch (RuntimeException fault) {
            LOG.error("quotas are not asked for", fault);
        } finally {
            next(pause);
        }
    }

    private Duration ask() {
        long now = clock.nanos();
        BorrowRequest.Builder request = BorrowRequest.newBuilder();
        Duration pause = WITHOUT_QUOTAS;
        boolean first = true;
        Endpoint asked = asking ? null : lender;
        synchronized (this) {
            for (Shares each : borrowing) {
                Duration every = each.measure(now);
                if (!every.isZero() && (first || every.compareTo(pause) < 0)) {
                    pause = every;
                    first = false;
                }
                if (asked != null) {
                    each.questions(request, now);
                }
            }
        }
        if (asked != null && request.getQuestionsCount() > 0 && !closed) {
            asking = true;
            Duration patience = pause.compareTo(LONGEST_CALL) < 0 ? pause : LONGEST_CALL;
            QuotaLendingGrpc.newStub(channels.to(asked))
                    .withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS)
                    .borrow(request.build(), new Answer(asked));
        }
        return pause;
    }

    private synchronized void hear(BorrowResponse response, Endpoint from) {
        long now = clock.nanos();
        for (QuotaLease each : response.getLeasesList()) {
            borrowing.forEach(shares -> shares.hear(each, now));
        }
        if (response.getOutcome().getCode() == 0 && !answered) {
            answered = true;
            LOG.info("quotas: borrowed from {}", from);
        }
    }

    private synchronized void failed(Throwable failure, Endpoint from) {
        if (answered) {
            answered = false;
            LOG.warn("quotas: {} does not answer, shares stay as they are: {}", from, failure);
        }
    }

    private final class Answer implements StreamObserver<BorrowResponse> {
        private final Endpoint from;

        Answer(Endpoint from) {
            this.from = from;
        }

        @Override
        public void onNext(BorrowResponse response) {
            hear(response, from);
        }

        @Override
        public void onError(Throwable failure) {
            failed(failure, from);
            asking = false;
        }

        @Override
        public void onCompleted() {
            asking = false;
        }
    }

    /** The shares of one side of the process, which is a node of its own for the lender. */
    private final class Shares implements QuotaShares {
        private final Side side;
        private final Map<String, QuotaShare> shares = new ConcurrentHashMap<>();
        private volatile @Nullable Governance governance;

        Shares(Side side) {
            this.side = side;
        }

        @Override
        public OptionalDouble perSecond(String quota) {
            QuotaShare known = shares.get(quota);
            return known == null ? OptionalDouble.empty() : known.share();
        }

        @Override
        public String standing(String quota) {
            QuotaShare known = shares.get(quota);
            synchronized (QuotaBorrower.this) {
                return known == null ? "never leased" : known.standing(clock.nanos());
            }
        }

        /** How often to ask for what is in force now; zero for never. */
        Duration measure(long now) {
            Duration every = Duration.ZERO;
            for (Map.Entry<String, Rule.Quota> each : quotas().entrySet()) {
                Duration ofThis = Borrower.every(each.getValue().lease());
                every = every.isZero() || ofThis.compareTo(every) < 0 ? ofThis : every;
                long seen = wanted(each.getKey());
                shares.computeIfAbsent(each.getKey(), name -> begin(seen, now)).measure(seen, now);
            }
            shares.keySet().retainAll(quotas().keySet());
            return every;
        }

        void questions(BorrowRequest.Builder into, long now) {
            shares.forEach((name, share) -> {
                Rule.Quota quota = quotas().get(name);
                if (quota != null) {
                    Lease.Question asked = share.ask(quota, now);
                    into.addQuestions(
                            QuotaQuestion.newBuilder()
                                    .setQuota(name)
                                    .setNode(asked.node())
                                    .setNumber(asked.number())
                                    .setWanted(asked.wanted())
                                    .setTerm(asked.term())
                                    .setLease(asked.lease())
                                    .setPerSecond(asked.perSecond())
                                    .setLengthNanos(asked.length().toNanos()));
                }
            });
        }

        void hear(QuotaLease answer, long now) {
            QuotaShare known = shares.get(answer.getQuota());
            if (known != null && known.node().equals(answer.getNode())) {
                known.hear(
                        new Lease(
                                answer.getTerm(),
                                answer.getNumber(),
                                answer.getPerSecond(),
                                Duration.ofNanos(answer.getLengthNanos()),
                                answer.getQuestion()),
                        now);
            }
        }

        /** Under a new name each time: what an earlier one was promised, it has forgotten. */
        private QuotaShare begin(long seen, long now) {
            lives++;
            return new QuotaShare(
                    "%s-%s-%d".formatted(process, side.name().toLowerCase(ROOT), lives), seen, now);
        }

        private Map<String, Rule.Quota> quotas() {
            Governance now = governance;
            return now == null ? Map.of() : now.quotas();
        }

        private long wanted(String quota) {
            Governance now = governance;
            return now == null ? 0 : now.wanted(quota);
        }
    }
}
