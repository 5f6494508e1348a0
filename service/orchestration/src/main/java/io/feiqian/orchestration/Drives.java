package io.feiqian.orchestration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.orchestration.spi.OrchestrationAlarms;
import io.feiqian.orchestration.spi.OrchestrationStore;
import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.orchestration.spi.StepServices;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this instance drives. Thread-safe. */
final class Drives implements Drive.Engine {
    private static final Logger LOG = LoggerFactory.getLogger(Drives.class);

    private final String instance;
    private final OrchestrationStore store;
    private final StepServices services;
    private final Orchestrations.Host host;
    private final OrchestrationSettings settings;
    private final Definitions definitions;
    private final OrchestrationProtocol protocol;
    private final Map<TraceNumber, Drive> driven = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> open = new ConcurrentHashMap<>();
    private final Set<TraceNumber> unreadable = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Drives(
            String instance,
            OrchestrationStore store,
            StepServices services,
            Orchestrations.Host host,
            OrchestrationSettings settings,
            Definitions definitions) {
        this.instance = instance;
        this.store = store;
        this.services = services;
        this.host = host;
        this.settings = settings;
        this.definitions = definitions;
        this.protocol = new OrchestrationProtocol(settings.alarmAfter(), settings.largestOutput());
    }

    /** Takes a place among the open ones; refuses early where there is none. */
    void admit(TraceNumber trace, Definition definition) {
        if (closed) {
            throw new RefusedException(OutcomeCode.SHUTTING_DOWN, "engine: closed");
        }
        if (places(definition.name()).incrementAndGet() > settings.mostOpen()) {
            giveBack(definition.name());
            throw new RefusedException(
                    OutcomeCode.OVERLOADED,
                    "orchestration %s: %d of %s are open (expected: fewer)"
                            .formatted(trace, settings.mostOpen(), definition.name()));
        }
    }

    void giveBack(String definition) {
        places(definition).decrementAndGet();
    }

    private AtomicInteger places(String definition) {
        return open.computeIfAbsent(definition, each -> new AtomicInteger());
    }

    /** Drives one whose place is taken, from this state on. */
    Drive drive(TraceNumber trace, Definition definition, OrchestrationState state, long revision) {
        Drive fresh = new Drive(trace, definition, state, revision, this);
        Drive before = driven.putIfAbsent(trace, fresh);
        if (before != null) {
            giveBack(definition.name());
            return before;
        }
        fresh.offer(new OrchestrationEvent.TakenUp());
        return fresh;
    }

    /** Drives the one whose rows are this instance's; the stage tells its end. Blocks. */
    CompletionStage<OrchestrationResult> takeUp(TraceNumber trace) {
        Drive here = driven.get(trace);
        if (here != null) {
            return here.ended();
        }
        OrchestrationRow row = row(trace);
        if (row.phase().isEnd() || !row.owner().equals(instance) || closed) {
            return CompletableFuture.completedStage(
                    new OrchestrationResult(row.phase(), row.failure()));
        }
        return takeUp(row).ended();
    }

    /** Drives what these rows say. */
    Drive takeUp(OrchestrationRow row) {
        Definition definition = definitions.of(row);
        places(definition.name()).incrementAndGet();
        return drive(row.trace(), definition, row.state(), row.revision());
    }

    /** The rows; refuses where there are none. */
    OrchestrationRow row(TraceNumber trace) {
        return store.find(trace)
                .orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.UNKNOWN_TRANSACTION,
                                "orchestration: %s (expected: one that was begun)"
                                        .formatted(trace)));
    }

    /** Begins again from the rows, which an operator has changed. */
    void refresh(TraceNumber trace) {
        unreadable.remove(trace);
        Drive here = driven.get(trace);
        if (here == null) {
            takeUpFound(trace);
        } else {
            here.refresh();
        }
    }

    /** What an event makes of these rows. */
    OrchestrationState stepped(OrchestrationRow row, OrchestrationEvent event) {
        return protocol.step(definitions.of(row), row.state(), event).state();
    }

    /** Takes up what a look found, unless it cannot be read. */
    void takeUpFound(TraceNumber trace) {
        if (driven.containsKey(trace) || unreadable.contains(trace) || closed) {
            return;
        }
        try {
            takeUp(trace);
        } catch (StoreException away) {
            LOG.warn("orchestration {}: not taken up, the database is away", trace, away);
        } catch (RuntimeException broken) {
            LOG.error("orchestration {}: cannot be taken up", trace, broken);
            unreadable(trace, String.valueOf(broken.getMessage()));
        }
    }

    /** The state after a first step that the caller did itself. */
    OrchestrationState answered(
            Definition definition, OrchestrationState state, StepNumber first, String answer) {
        OrchestrationEvent done =
                new OrchestrationEvent.Answered(
                        new Ask(first, Direction.FORWARD), 1, StepOutcome.accepted(answer));
        OrchestrationState next = protocol.step(definition, state, done).state();
        StepRecord record = next.records().get(first);
        if (record == null || record.standing() != StepStanding.DONE) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "first answer: %s (expected: JSON of at most %d characters)"
                            .formatted(
                                    record == null ? "to no step" : record.code(),
                                    settings.largestOutput()));
        }
        return next;
    }

    String variables(OrchestrationRow row) {
        ObjectNode all = Json.NODES.objectNode();
        new TreeMap<>(Walk.through(definitions.of(row), row.state()).walk().variables())
                .forEach(all::set);
        return Json.text(all);
    }

    boolean canBeForced(OrchestrationRow row) {
        return protocol.canBeForced(definitions.of(row), row.state());
    }

    int count() {
        return driven.size();
    }

    void close() {
        closed = true;
        driven.values().forEach(Drive::leave);
    }

    @Override
    public String instance() {
        return instance;
    }

    @Override
    public OrchestrationProtocol protocol() {
        return protocol;
    }

    @Override
    public OrchestrationStore store() {
        return store;
    }

    @Override
    public StepServices services() {
        return services;
    }

    @Override
    public Timer timer() {
        return host.timer();
    }

    @Override
    public void execute(Runnable work, Runnable refused) {
        try {
            host.executor().execute(work);
        } catch (RejectedExecutionException closing) {
            refused.run();
        }
    }

    @Override
    public void alarm(OrchestrationAlarms.Kind kind, TraceNumber trace, String message) {
        LOG.warn("orchestration {}: {}: {}", trace, kind, message);
        try {
            host.alarms().raise(kind, trace, message);
        } catch (RuntimeException deaf) {
            LOG.error("orchestration {}: the alarm was not taken", trace, deaf);
        }
    }

    @Override
    public void unreadable(TraceNumber trace, String message) {
        if (unreadable.add(trace)) {
            alarm(OrchestrationAlarms.Kind.UNREADABLE, trace, message);
        }
    }

    @Override
    public void left(Drive drive) {
        if (driven.remove(drive.trace(), drive)) {
            giveBack(drive.definition().name());
        }
    }
}
