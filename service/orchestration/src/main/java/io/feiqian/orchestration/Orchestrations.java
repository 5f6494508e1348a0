package io.feiqian.orchestration;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.orchestration.spi.OrchestrationAlarms;
import io.feiqian.orchestration.spi.OrchestrationStore;
import io.feiqian.orchestration.spi.StepServices;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The engine: begins orchestrations, drives those of this instance, and takes over those of
 * instances that show no sign of life. There is no server: every instance of a service embeds one,
 * over the same rows. Thread-safe. Rows: B11.2-a, D6.4-a, D7.1-b.
 */
public final class Orchestrations implements AutoCloseable {
    private final OrchestrationStore store;
    private final OrchestrationSettings settings;
    private final Clock clock;
    private final Definitions definitions;
    private final Drives drives;
    private final Leftovers leftovers;

    private Orchestrations(
            String instance,
            OrchestrationStore store,
            StepServices services,
            Host host,
            OrchestrationSettings settings) {
        this.store = store;
        this.settings = settings;
        this.clock = host.clock();
        this.definitions = new Definitions(store, services);
        this.drives = new Drives(instance, store, services, host, settings, definitions);
        this.leftovers = new Leftovers(instance, store, drives, host, settings);
    }

    /**
     * What the process gives the engine.
     *
     * @param executor runs services and everything else; may be one of virtual threads
     * @param timer for pauses and timeouts
     * @param clock for the age of trace numbers
     * @param alarms who is told that an operator should look
     */
    public record Host(Executor executor, Timer timer, Clock clock, OrchestrationAlarms alarms) {}

    /**
     * An engine that has shown its sign of life and looks for what others left. Blocks.
     *
     * @param instance a name that no other running process has, and better none that ran before: 1
     *     to 64 letters, digits, ., : and -
     * @throws StoreException where the database does not answer
     */
    public static Orchestrations open(
            String instance,
            OrchestrationStore store,
            StepServices services,
            Host host,
            OrchestrationSettings settings) {
        if (!instance.matches("[A-Za-z0-9.:-]{1,64}")) {
            throw new IllegalArgumentException(
                    "instance: %s (expected: 1 to 64 letters, digits, ., : and -)"
                            .formatted(Texts.shown(instance)));
        }
        Orchestrations opened = new Orchestrations(instance, store, services, host, settings);
        store.live(instance, settings.lease());
        opened.leftovers.start();
        return opened;
    }

    /**
     * Makes a definition known, here and to all instances. New orchestrations take the highest
     * version that was registered here; running ones finish on theirs. Blocks.
     *
     * @throws DefinitionException where it calls a service that this process does not know
     * @throws RefusedException with {@link OutcomeCode#DEFINITION_DIFFERS} where other content is
     *     known under this name and version
     */
    public void register(Definition definition) {
        definitions.register(definition);
    }

    /**
     * Begins an orchestration. The same trace number with the same definition and input finds the
     * one that was begun first.
     *
     * @param trace the business transaction
     * @param definition the name of a definition registered here
     * @param input an object in JSON, with every input of the definition
     */
    public Begun begin(TraceNumber trace, String definition, String input) {
        Definition chosen;
        OrchestrationState state;
        try {
            chosen = definitions.newest(definition);
            state = OrchestrationState.begun(input(chosen, input));
            checkAge(trace);
            drives.admit(trace, chosen);
        } catch (RefusedException refused) {
            return refused(refused.outcome());
        }
        OrchestrationRow row = OrchestrationRow.beginning(trace, chosen, state, drives.instance());
        CompletableFuture<Outcome> started = new CompletableFuture<>();
        CompletableFuture<OrchestrationResult> ended = new CompletableFuture<>();
        store.begin(row)
                .whenComplete((fresh, fault) -> {
                    if (fault != null) {
                        drives.giveBack(chosen.name());
                        fail(unknown(fault), started, ended);
                    } else if (fresh) {
                        Drive drive = drives.drive(trace, chosen, state, 1);
                        started.complete(Outcome.accepted());
                        follow(drive.ended(), ended);
                    } else {
                        drives.giveBack(chosen.name());
                        drives.execute(
                                () -> repeated(trace, row, started, ended),
                                () -> fail(shuttingDown(), started, ended));
                    }
                });
        return new Begun(started.minimalCompletionStage(), ended.minimalCompletionStage());
    }

    /**
     * Begins an orchestration in a transaction of the caller's own, whose commit is then the start
     * (the first law: one commit). After the commit {@link Prepared#go} sets it in motion; where
     * that is forgotten, the next look for what was left does.
     *
     * @param firstAnswer what the first step answered in JSON, where the caller did that step in
     *     the same transaction, with its key ({@link #firstStep}): then its outcome rides with the
     *     start
     * @throws RefusedException where it cannot begin; the caller rolls back
     * @throws SQLException where the connection fails
     */
    public Prepared beginIn(
            Connection connection,
            TraceNumber trace,
            String definition,
            String input,
            Optional<String> firstAnswer)
            throws SQLException {
        Definition chosen = definitions.newest(definition);
        OrchestrationState state = OrchestrationState.begun(input(chosen, input));
        checkAge(trace);
        if (firstAnswer.isPresent()) {
            state = drives.answered(chosen, state, firstStep(definition), firstAnswer.get());
        }
        drives.admit(trace, chosen);
        boolean kept = false;
        try {
            OrchestrationRow row =
                    OrchestrationRow.beginning(trace, chosen, state, drives.instance());
            kept = store.beginIn(connection, row);
        } finally {
            drives.giveBack(chosen.name());
        }
        if (!kept) {
            throw new RefusedException(
                    OutcomeCode.ALREADY_EXISTS,
                    "orchestration: %s is there (expected: a new trace number)".formatted(trace));
        }
        return new Prepared(trace);
    }

    /**
     * The sub-number of the first step of the newest version, for a caller that does it itself.
     *
     * @throws RefusedException with {@link OutcomeCode#INVALID_DEFINITION} where the first step is
     *     no call
     */
    public StepNumber firstStep(String definition) {
        Definition chosen = definitions.newest(definition);
        if (chosen.steps().get(0) instanceof Step.Call first) {
            return new StepNumber(chosen.version(), first.name(), List.of(), 1);
        }
        throw new RefusedException(
                OutcomeCode.INVALID_DEFINITION,
                "first step of %s: %s (expected: a call)"
                        .formatted(chosen, chosen.steps().get(0).name()));
    }

    /** One that was begun in a transaction of the caller's. */
    public final class Prepared {
        private final TraceNumber trace;

        private Prepared(TraceNumber trace) {
            this.trace = trace;
        }

        /**
         * Sets it in motion, once the transaction has committed; the stage completes at the end.
         */
        public CompletionStage<OrchestrationResult> go() {
            return await(trace);
        }
    }

    /**
     * Completes at the end of an orchestration that this instance drives, or, where another one
     * does, with what the rows say now. Fails with {@link OutcomeCode#UNKNOWN_TRANSACTION} where
     * there is none.
     */
    public CompletionStage<OrchestrationResult> await(TraceNumber trace) {
        CompletableFuture<OrchestrationResult> ended = new CompletableFuture<>();
        drives.execute(
                () -> {
                    try {
                        follow(drives.takeUp(trace), ended);
                    } catch (RuntimeException failed) {
                        ended.completeExceptionally(failed);
                    }
                },
                () ->
                        ended.completeExceptionally(
                                new RefusedException(OutcomeCode.SHUTTING_DOWN, "engine: closed")));
        return ended.minimalCompletionStage();
    }

    /** What the rows say of one; empty where there is none. Blocks. */
    public Optional<OrchestrationRow> find(TraceNumber trace) {
        return store.find(trace);
    }

    /** The variables of one as far as it is, in JSON. Blocks. */
    public Optional<String> variables(TraceNumber trace) {
        return store.find(trace).map(drives::variables);
    }

    /** What operators do to one; each is to be audited by the caller. */
    public Interventions interventions() {
        return new Interventions(store, drives);
    }

    /** How many this instance drives now. */
    public int driving() {
        return drives.count();
    }

    /**
     * Deletes finished ones that are older than they are kept, in small batches; how many. The
     * engine does so by itself from time to time. Blocks.
     */
    public int clean() {
        return leftovers.clean();
    }

    /**
     * Drives nothing any more. Other instances take over what is open at once, or after the lease
     * where the database does not answer; calls that are under way are not waited for. Blocks.
     */
    @Override
    public void close() {
        leftovers.close();
        drives.close();
        leftovers.giveUp();
    }

    private JsonNode input(Definition definition, String input) {
        JsonNode read = Json.read(input, settings.largestInput());
        if (!read.isObject()) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST, "input: no object (expected: an object)");
        }
        for (String each : definition.inputs()) {
            if (!read.has(each)) {
                throw new RefusedException(
                        OutcomeCode.MISSING_FIELD,
                        "input: no %s (expected: %s)".formatted(each, definition.inputs()));
            }
        }
        read.fieldNames()
                .forEachRemaining(name -> {
                    if (!definition.inputs().contains(name)) {
                        throw new RefusedException(
                                OutcomeCode.MALFORMED_REQUEST,
                                "input: %s (expected: %s)"
                                        .formatted(Texts.shown(name), definition.inputs()));
                    }
                });
        return read;
    }

    /** A finished one may be cleaned away, and must not be taken for new after that. */
    private void checkAge(TraceNumber trace) {
        int oldest = Leftovers.oldestDate(clock, settings.keepDays());
        if (trace.dateNumber() < oldest) {
            throw new RefusedException(
                    OutcomeCode.TRACE_EXPIRED,
                    "trace number: of %d (expected: %d or later)"
                            .formatted(trace.dateNumber(), oldest));
        }
    }

    private void repeated(
            TraceNumber trace,
            OrchestrationRow wanted,
            CompletableFuture<Outcome> started,
            CompletableFuture<OrchestrationResult> ended) {
        try {
            OrchestrationRow found = store.find(trace).orElseThrow();
            if (!found.definition().equals(wanted.definition())
                    || !found.input().equals(wanted.input())) {
                throw new RefusedException(
                        OutcomeCode.TRACE_CONTENT_DIFFERS,
                        "trace number: %s, used before for %s with another input"
                                .formatted(trace, found.definition()));
            }
            CompletionStage<OrchestrationResult> end = drives.takeUp(trace);
            started.complete(Outcome.accepted());
            follow(end, ended);
        } catch (RefusedException refused) {
            fail(refused.outcome(), started, ended);
        } catch (RuntimeException failed) {
            fail(unknown(failed), started, ended);
        }
    }

    private static Begun refused(Outcome.Refused outcome) {
        CompletableFuture<Outcome> started = new CompletableFuture<>();
        CompletableFuture<OrchestrationResult> ended = new CompletableFuture<>();
        fail(outcome, started, ended);
        return new Begun(started, ended);
    }

    private static Outcome unknown(Throwable fault) {
        Throwable cause = fault.getCause() == null ? fault : fault.getCause();
        if (fault instanceof RefusedException refused) {
            return refused.outcome();
        }
        return new Outcome.Unknown("start: " + cause.getMessage());
    }

    private static Outcome shuttingDown() {
        return Outcome.refused(OutcomeCode.SHUTTING_DOWN, "engine: closed");
    }

    private static void fail(
            Outcome outcome,
            CompletableFuture<Outcome> started,
            CompletableFuture<OrchestrationResult> ended) {
        started.complete(outcome);
        ended.completeExceptionally(new RefusedException(outcome.code(), outcome.message()));
    }

    private static void follow(
            CompletionStage<OrchestrationResult> from, CompletableFuture<OrchestrationResult> to) {
        from.whenComplete((result, fault) -> {
            if (fault == null) {
                to.complete(result);
            } else {
                to.completeExceptionally(fault);
            }
        });
    }
}
