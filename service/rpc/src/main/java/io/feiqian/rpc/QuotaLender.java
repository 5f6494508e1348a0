package io.feiqian.rpc;

import io.feiqian.registry.Document;
import io.feiqian.registry.Publication;
import io.feiqian.registry.spi.Candidacy;
import io.feiqian.registry.spi.Registry;
import io.feiqian.rpc.contract.BorrowRequest;
import io.feiqian.rpc.contract.BorrowResponse;
import io.feiqian.rpc.contract.QuotaLendingGrpc;
import io.feiqian.rpc.contract.QuotaQuestion;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that divides the quotas of all processes between them, while it is elected (P6.2.3-c,
 * P6.2.2.5-h). Any number of processes may stand; each adds this to its {@link RpcServer} with
 * {@code add} and calls {@link #stand} once that listens. No call waits for it: whoever has a share
 * goes on with it while nobody lends.
 *
 * <p>The registry's election says who tries; a document that each lender replaces only as it left
 * it says who lends, in which term. A lender that has not replaced it for {@link
 * io.feiqian.governance.Lender#PROOF} lends nothing, and asks for it when it is asked itself, so
 * that nothing is written where there are no quotas. Keeps nothing else. Thread-safe; never blocks.
 */
public final class QuotaLender extends QuotaLendingGrpc.QuotaLendingImplBase
        implements AutoCloseable {
    /** Under no policy, and served while drained: quotas are under way already. */
    static final String SERVICE = QuotaLendingGrpc.SERVICE_NAME;

    private static final Logger LOG = LoggerFactory.getLogger(QuotaLender.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Clock clock;
    private final Timer timer;
    private final String life;
    private @Nullable Registry registry;
    private @Nullable Endpoint self;
    private @Nullable Candidacy candidacy;
    private @Nullable LendingTerm term;
    private @Nullable CompletableFuture<Void> renewing;
    private long version;
    private long greatestTerm;
    private boolean claiming;
    private boolean closed;

    /** A lender that does not stand for election yet. */
    public QuotaLender(Clock clock, Timer timer, Randomness random) {
        this.clock = clock;
        this.timer = timer;
        this.life = Long.toHexString(random.nextLong());
    }

    /**
     * Stands for election from now on, until it is closed.
     *
     * @param here where this process serves
     */
    public void stand(Registry newRegistry, Endpoint here) {
        synchronized (this) {
            registry = newRegistry;
            self = here;
        }
        Candidacy standing = newRegistry.stand(LenderAddress.DOCUMENT, here.instance());
        synchronized (this) {
            candidacy = standing;
        }
        // That it leads no more proves nothing: the document does. On a thread of its own, since
        // who tells may hold what is needed to answer.
        standing.onChange(leads -> {
            if (leads) {
                timer.after(Duration.ZERO, this::elected);
            }
        });
    }

    /** The term in which this process lends; empty where it does not. */
    public synchronized Optional<Long> term() {
        LendingTerm now = term;
        return now != null && now.isProven(clock.nanos())
                ? Optional.of(now.number())
                : Optional.empty();
    }

    /** Stands down; another one lends once all leases of this one have passed. */
    @Override
    public void close() {
        Candidacy standing;
        synchronized (this) {
            closed = true;
            term = null;
            standing = candidacy;
        }
        if (standing != null) {
            standing.close();
        }
    }

    @Override
    public void borrow(BorrowRequest request, StreamObserver<BorrowResponse> answer) {
        if (answer instanceof ServerCallStreamObserver<BorrowResponse> call) {
            // Without this, an answer that nobody waits for any more would be thrown back here.
            call.setOnCancelHandler(() -> {});
        }
        var _ = proof(request).whenComplete((done, failure) -> reply(request, answer));
    }

    private void reply(BorrowRequest request, StreamObserver<BorrowResponse> answer) {
        BorrowResponse.Builder response = BorrowResponse.newBuilder();
        synchronized (this) {
            LendingTerm now = term;
            long nanos = clock.nanos();
            if (now != null) {
                for (QuotaQuestion each : request.getQuestionsList()) {
                    now.answer(each, nanos).ifPresent(response::addLeases);
                }
            }
            response.setOutcome(
                    ResponseOutcome.toContract(
                            now == null
                                    ? Outcome.of(
                                            OutcomeCode.SERVICE_UNAVAILABLE,
                                            "another process lends quotas, or nobody yet")
                                    : Outcome.accepted(),
                            false));
        }
        answer.onNext(response.build());
        answer.onCompleted();
    }

    /** Completes once it is as certain as it will be that this process is the one that lends. */
    private synchronized CompletableFuture<Void> proof(BorrowRequest request) {
        LendingTerm now = term;
        if (now == null) {
            return CompletableFuture.completedFuture(null);
        }
        for (QuotaQuestion each : request.getQuestionsList()) {
            greatestTerm = Math.max(greatestTerm, each.getTerm());
        }
        if (greatestTerm > now.number()) {
            // The registry has forgotten who lent before: nobody would heed this term.
            LOG.warn(
                    "quotas: term {} is older than {}, which was heard of",
                    now.number(),
                    greatestTerm);
            term = null;
            claim();
            return CompletableFuture.completedFuture(null);
        }
        if (!now.isProofOld(clock.nanos())) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> renewal = renew(now);
        return now.isProven(clock.nanos()) ? CompletableFuture.completedFuture(null) : renewal;
    }

    private synchronized void elected() {
        LendingTerm now = term;
        if (now == null) {
            claim();
        } else {
            var _ = renew(now);
        }
    }

    private synchronized CompletableFuture<Void> renew(LendingTerm now) {
        CompletableFuture<Void> running = renewing;
        if (running != null || registry == null) {
            return running == null ? CompletableFuture.completedFuture(null) : running;
        }
        long askedAt = clock.nanos();
        LendingRecord record = now.record(life, askedAt);
        CompletableFuture<Void> done = new CompletableFuture<>();
        renewing = done;
        var _ =
                registry.publish(LendingRecord.DOCUMENT, version, record.text())
                        .whenComplete((publication, failure) -> {
                            renewed(now, record, askedAt, publication);
                            done.complete(null);
                        });
        return done;
    }

    private synchronized void renewed(
            LendingTerm of, LendingRecord record, long askedAt, @Nullable Publication publication) {
        renewing = null;
        if (term != of || publication == null) {
            return;
        }
        switch (publication) {
            case Publication.Published(var document) -> {
                version = document.version();
                of.proven(askedAt, record);
            }
            case Publication.Outdated(var current) -> {
                Optional<LendingRecord> found = current.flatMap(LendingRecord::of);
                if (current.isPresent()
                        && found.filter(each ->
                                        each.term() == of.number() && each.lender().equals(life))
                                .isPresent()) {
                    // An answer got lost; the next one is asked for with this version.
                    version = current.get().version();
                    return;
                }
                LOG.info("quotas: another process lends, not this one in term {}", of.number());
                term = null;
                claimIfElected();
            }
        }
    }

    private synchronized void claimIfElected() {
        Candidacy standing = candidacy;
        if (standing != null && standing.isLeader() && term == null && !closed) {
            claim();
        }
    }

    /** Takes a new term, in which it lends once all that was lent before has passed. */
    private synchronized void claim() {
        Registry asked = registry;
        if (claiming || closed || asked == null) {
            return;
        }
        claiming = true;
        var _ =
                asked.fetch(LendingRecord.DOCUMENT)
                        .thenCompose(found -> claim(asked, found))
                        .exceptionally(failure -> false)
                        .thenAccept(this::claimed);
    }

    private CompletableFuture<Boolean> claim(Registry asked, Optional<Document> found) {
        Optional<LendingRecord> before = found.flatMap(LendingRecord::of);
        Duration inherited = before.map(LendingRecord::longest).orElse(Duration.ZERO);
        long askedAt = clock.nanos();
        long number;
        synchronized (this) {
            greatestTerm = Math.max(greatestTerm, before.map(LendingRecord::term).orElse(0L));
            number = greatestTerm + 1;
        }
        LendingRecord mine = new LendingRecord(number, life, LendingTerm.longest(inherited));
        return asked.publish(
                        LendingRecord.DOCUMENT,
                        found.map(Document::version).orElse(0L),
                        mine.text())
                .thenApply(publication ->
                        publication instanceof Publication.Published(var document)
                                && began(mine, inherited, askedAt, document));
    }

    private synchronized boolean began(
            LendingRecord mine, Duration inherited, long askedAt, Document document) {
        if (closed) {
            return true;
        }
        greatestTerm = Math.max(greatestTerm, mine.term());
        version = document.version();
        term = new LendingTerm(mine, inherited, askedAt, clock.nanos());
        LOG.info("quotas: this process lends, in term {}", mine.term());
        announce(mine.term());
        return true;
    }

    private synchronized void claimed(boolean done) {
        claiming = false;
        if (!done && !closed) {
            timer.after(AGAIN, this::claimIfElected);
        }
    }

    /** Says where it is, until that is so or another one lends. */
    private synchronized void announce(long number) {
        Registry asked = registry;
        Endpoint here = self;
        LendingTerm now = term;
        if (asked == null || here == null || now == null || now.number() != number) {
            return;
        }
        String text = new LenderAddress(number, here).text();
        var _ =
                asked.fetch(LenderAddress.DOCUMENT)
                        .thenCompose(found ->
                                asked.publish(
                                        LenderAddress.DOCUMENT,
                                        found.map(Document::version).orElse(0L),
                                        text))
                        .thenApply(Publication.Published.class::isInstance)
                        .exceptionally(failure -> false)
                        .thenAccept(said -> {
                            if (!said) {
                                timer.after(AGAIN, () -> announce(number));
                            }
                        });
    }
}
