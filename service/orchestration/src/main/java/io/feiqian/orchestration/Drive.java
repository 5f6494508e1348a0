package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.OrchestrationAlarms;
import io.feiqian.orchestration.spi.OrchestrationStore;
import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.orchestration.spi.StepService;
import io.feiqian.orchestration.spi.StepServices;
import io.feiqian.runtime.Backoff;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one orchestration: takes events one after the other, asks the protocol, makes what changed
 * durable, and only then carries out what is to be done. Whenever the rows turn out to be others
 * than it believes, or their fate is unknown, it forgets everything and begins from the rows.
 * Thread-safe.
 */
final class Drive {
    private static final Logger LOG = LoggerFactory.getLogger(Drive.class);
    private static final Backoff READING =
            new Backoff(Duration.ofMillis(50), Duration.ofSeconds(5));

    private final TraceNumber trace;
    private final Definition definition;
    private final Engine engine;
    private final CompletableFuture<OrchestrationResult> ended = new CompletableFuture<>();

    /** Guards the fields below. */
    private final Object lock = new Object();

    private final Deque<OrchestrationEvent> mailbox = new ArrayDeque<>();
    private boolean busy;
    private boolean gone;
    private boolean stale;

    /** Touched only by whoever set {@link #busy}. */
    private OrchestrationState state;

    private long revision;

    /** Writes in a row whose fate is unknown. */
    private int faults;

    Drive(
            TraceNumber trace,
            Definition definition,
            OrchestrationState state,
            long revision,
            Engine engine) {
        this.trace = trace;
        this.definition = definition;
        this.state = state;
        this.revision = revision;
        this.engine = engine;
    }

    TraceNumber trace() {
        return trace;
    }

    Definition definition() {
        return definition;
    }

    /** Completed at the end, where it stops, or where another instance has it. */
    CompletionStage<OrchestrationResult> ended() {
        return ended.minimalCompletionStage();
    }

    /** Hands it an event, which is forgotten where it is not driven here any more. */
    void offer(OrchestrationEvent event) {
        synchronized (lock) {
            if (gone) {
                return;
            }
            mailbox.add(event);
        }
        wake();
    }

    /** Its rows were changed beside it: it begins again from them. */
    void refresh() {
        synchronized (lock) {
            stale = true;
        }
        wake();
    }

    private void wake() {
        synchronized (lock) {
            if (busy || gone) {
                return;
            }
            busy = true;
        }
        go(this::work);
    }

    /** Forgets it: whoever looks for it finds the rows. */
    void leave() {
        synchronized (lock) {
            gone = true;
            mailbox.clear();
        }
        engine.left(this);
        ended.complete(new OrchestrationResult(state.phase(), state.failure()));
    }

    private void work() {
        while (true) {
            List<OrchestrationEvent> events;
            boolean read;
            synchronized (lock) {
                if (gone || (mailbox.isEmpty() && !stale)) {
                    busy = false;
                    return;
                }
                read = stale;
                stale = false;
                events = read ? List.of() : new ArrayList<>(mailbox);
                if (!read) {
                    mailbox.clear();
                }
            }
            if (read) {
                read(1);
                return;
            }
            OrchestrationState next = state;
            List<OrchestrationEffect> effects = new ArrayList<>();
            try {
                for (OrchestrationEvent each : events) {
                    Transition transition = engine.protocol().step(definition, next, each);
                    next = transition.state();
                    effects.addAll(transition.effects());
                }
            } catch (RuntimeException broken) {
                unreadable(broken);
                return;
            }
            if (next.differsOnRecord(state)) {
                save(next, effects);
                return;
            }
            state = next;
            perform(effects);
        }
    }

    private void save(OrchestrationState next, List<OrchestrationEffect> effects) {
        engine.store()
                .save(OrchestrationChange.between(trace, revision, state, next))
                .whenComplete((won, fault) -> {
                    if (fault != null) {
                        faults++;
                        LOG.warn(
                                "orchestration {}: not written, {} times: {}",
                                trace,
                                faults,
                                text(fault));
                        pause(READING.after(faults), () -> read(1));
                    } else if (won) {
                        go(() -> saved(next, effects));
                    } else {
                        go(() -> read(1));
                    }
                });
    }

    private void saved(OrchestrationState next, List<OrchestrationEffect> effects) {
        faults = 0;
        state = next;
        revision++;
        perform(effects);
        work();
    }

    /** Goes on, on the host's executor; whatever goes wrong there, the rows are still right. */
    private void go(Runnable next) {
        engine.execute(
                () -> {
                    try {
                        next.run();
                    } catch (RuntimeException broken) {
                        LOG.error("orchestration {}: left alone until it is found", trace, broken);
                        leave();
                    }
                },
                this::leave);
    }

    private void pause(Duration length, Runnable next) {
        engine.timer().after(length, () -> go(next));
    }

    private static String text(Throwable fault) {
        return fault.getCause() == null ? fault.toString() : fault + ", " + fault.getCause();
    }

    /** Begins again from the rows: another instance was quicker, or a commit's fate is unknown. */
    private void read(int failures) {
        OrchestrationRow row;
        try {
            row = engine.store().find(trace).orElse(null);
        } catch (RuntimeException away) {
            LOG.warn(
                    "orchestration {}: rows cannot be read, {} times: {}",
                    trace,
                    failures,
                    text(away));
            pause(READING.after(failures), () -> read(failures + 1));
            return;
        }
        if (row == null) {
            leave();
            return;
        }
        try {
            state = row.state();
        } catch (RuntimeException broken) {
            unreadable(broken);
            return;
        }
        revision = row.revision();
        if (row.phase().isEnd() || !row.owner().equals(engine.instance())) {
            leave();
            return;
        }
        synchronized (lock) {
            mailbox.addFirst(new OrchestrationEvent.TakenUp());
        }
        work();
    }

    private void unreadable(RuntimeException broken) {
        LOG.error("orchestration {}: cannot be taken up", trace, broken);
        engine.unreadable(trace, String.valueOf(broken.getMessage()));
        leave();
    }

    private void perform(List<OrchestrationEffect> effects) {
        for (OrchestrationEffect each : effects) {
            if (each instanceof OrchestrationEffect.Call call) {
                engine.execute(() -> call(call), this::leave);
            } else if (each instanceof OrchestrationEffect.Pause pause) {
                engine.timer()
                        .after(
                                pause.pause(),
                                () -> offer(new OrchestrationEvent.RetryDue(pause.ask())));
            } else if (each instanceof OrchestrationEffect.Alarm alarm) {
                engine.alarm(alarm.kind(), trace, alarm.message());
            } else if (each instanceof OrchestrationEffect.Tell && !state.phase().isEnd()) {
                ended.complete(new OrchestrationResult(state.phase(), state.failure()));
            }
        }
        if (state.phase().isEnd()) {
            // Its place is free before anybody is told: whoever is told may want to begin another.
            leave();
        }
    }

    private void call(OrchestrationEffect.Call call) {
        AtomicBoolean open = new AtomicBoolean(true);
        Timer.Cancellable timeout =
                engine.timer()
                        .after(
                                call.timeout(),
                                () -> {
                                    // What is definite and comes later is still taken.
                                    if (open.get()) {
                                        answer(
                                                call,
                                                StepOutcome.unknown(
                                                        "no answer within " + call.timeout()));
                                    }
                                });
        CompletionStage<StepOutcome> answer;
        try {
            answer = service(call).call(request(call));
        } catch (RuntimeException thrown) {
            answer = CompletableFuture.failedFuture(thrown);
        }
        answer.whenComplete((outcome, fault) -> {
            open.set(false);
            timeout.cancel();
            answer(call, outcome(outcome, fault));
        });
    }

    private static StepOutcome outcome(@Nullable StepOutcome outcome, @Nullable Throwable fault) {
        if (outcome != null) {
            return outcome;
        }
        return StepOutcome.unknown(fault == null ? "no answer" : String.valueOf(fault));
    }

    private StepService service(OrchestrationEffect.Call call) {
        Optional<StepService> found = engine.services().named(call.service());
        return found.orElse(request ->
                CompletableFuture.completedStage(
                        StepOutcome.unknown(
                                "service: %s is not known to this instance"
                                        .formatted(call.service()))));
    }

    private StepCall request(OrchestrationEffect.Call call) {
        return new StepCall(
                trace,
                call.ask().number(),
                call.ask().direction(),
                call.attempt(),
                call.service(),
                call.input(),
                call.output(),
                call.timeout());
    }

    private void answer(OrchestrationEffect.Call call, StepOutcome outcome) {
        offer(new OrchestrationEvent.Answered(call.ask(), call.attempt(), outcome));
    }

    /** What a drive needs of its engine. */
    interface Engine {
        /** The name of this instance. */
        String instance();

        /** The protocol. */
        OrchestrationProtocol protocol();

        /** The rows. */
        OrchestrationStore store();

        /** The services. */
        StepServices services();

        /** Things that happen later. */
        Timer timer();

        /** Runs work on the host's executor, or the other where that takes none. */
        void execute(Runnable work, Runnable refused);

        /** Tells an operator. */
        void alarm(OrchestrationAlarms.Kind kind, TraceNumber trace, String message);

        /** Remembers what cannot be taken up. */
        void unreadable(TraceNumber trace, String message);

        /** Forgets a drive. */
        void left(Drive drive);
    }
}
