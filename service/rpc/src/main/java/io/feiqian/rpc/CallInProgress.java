package io.feiqian.rpc;

import com.google.protobuf.Message;
import io.feiqian.balancing.Ending;
import io.feiqian.balancing.Member;
import io.feiqian.routing.Route;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Deadline;
import io.feiqian.telemetry.Tracing;
import io.feiqian.telemetry.WorkSpan;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * One call to a cell from its beginning to its outcome: attempts that follow each other, never two
 * at once, so that its fields need no lock (each attempt begins after the one before has ended).
 */
final class CallInProgress<Q extends Message, A extends Message> implements Attempt.Ended<A> {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(25);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    /** Where an attempt goes. */
    private record Aim(CellId cell, Member<Endpoint> member, Optional<Route> route) {}

    private final CellClients clients;
    private final CellCall<Q, A> call;
    private final InstanceFilter filter;
    private final Deadline deadline;
    private final WorkSpan span;
    private final CompletableFuture<CellAnswer<A>> answer = new CompletableFuture<>();
    private final Set<Endpoint> tried = new HashSet<>();
    private Duration pause = FIRST_PAUSE;
    private boolean refreshed;
    private boolean perhapsDone;
    private boolean passedOver;
    private Optional<CellId> aimedAt = Optional.empty();
    private Optional<Member<Endpoint>> asked = Optional.empty();
    private long askedAt;
    private Outcome.Refused lastRefusal =
            new Outcome.Refused(OutcomeCode.DEADLINE_EXPIRED, "the deadline passed");

    CallInProgress(CellClients clients, CellCall<Q, A> call, InstanceFilter filter) {
        this.filter = filter;
        this.clients = clients;
        this.call = call;
        this.deadline = call.context().deadline();
        this.span =
                clients.tracing().call(call.method().getFullMethodName(), call.context().trace());
    }

    CompletableFuture<CellAnswer<A>> answer() {
        return answer;
    }

    void begin() {
        guarded(this::attempt);
    }

    /** A fault of ours ends the call like anything else: nobody may wait for ever. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException fault) {
            span.fault(fault);
            perhapsDone |= call.changes();
            failed(OutcomeCode.INTERNAL_ERROR, "a fault while calling: " + fault);
        }
    }

    private void attempt() {
        if (deadline.isExpired()) {
            timeIsOver();
            return;
        }
        Optional<Aim> aim;
        try {
            aim = aim();
        } catch (RefusedException noRoute) {
            refused(noRoute.outcome(), 0);
            return;
        }
        if (aim.isEmpty()) {
            nobodyLeft();
            return;
        }
        send(aim.get());
    }

    private Optional<Aim> aim() {
        return switch (call.target()) {
            case Target.OwnerOf(var slot) -> {
                Route route = clients.routes().route(slot);
                aimedAt = Optional.of(route.owner());
                span.note(Tracing.SLOT, slot.number());
                yield pick(route.owner())
                        .map(member -> new Aim(route.owner(), member, Optional.of(route)));
            }
            case Target.Named(var cell) -> pickOneOf(List.of(cell));
            case Target.Any() -> pickOneOf(clients.anyCells());
        };
    }

    private Optional<Aim> pickOneOf(List<CellId> cells) {
        return cells.stream()
                .flatMap(cell ->
                        pick(cell).map(member -> new Aim(cell, member, Optional.empty())).stream())
                .findFirst();
    }

    private Optional<Member<Endpoint>> pick(CellId cell) {
        long key = call.context().trace().map(Object::hashCode).orElse(0);
        return clients.picker().pick(cell, call.method().getFullMethodName(), key, tried, filter);
    }

    private void send(Aim aim) {
        Duration remaining = deadline.remaining();
        Duration patience = clients.channels().config().attemptTimeout();
        boolean bounded = call.repeatable() && patience.compareTo(remaining) < 0;
        aimedAt = Optional.of(aim.cell());
        if (perhapsDone) {
            clients.counts().again(aim.cell(), CallCounts.Again.REPEATED);
        } else if (passedOver) {
            clients.counts().again(aim.cell(), CallCounts.Again.MOVED);
        }
        passedOver = false;
        clients.loads().began(aim.cell());
        aim.member().began();
        asked = Optional.of(aim.member());
        askedAt = clients.clock().nanos();
        span.note(Tracing.CELL, aim.cell().toString());
        try (Tracing.Entered _ = span.enter()) {
            Endpoint endpoint = aim.member().target();
            new Attempt<>(clients.channels().to(endpoint), endpoint, this)
                    .start(
                            call.method(),
                            call.request(),
                            headers(aim),
                            bounded ? patience : remaining);
        } catch (RuntimeException notBegun) {
            clients.loads().ended(aim.cell());
            ended(Ending.ABANDONED, OutcomeCode.UNKNOWN);
            throw notBegun;
        }
    }

    private void ended(Ending ending, OutcomeCode how) {
        if (asked.isPresent()) {
            Member<Endpoint> member = asked.get();
            asked = Optional.empty();
            long took = clients.clock().nanos() - askedAt;
            member.ended(ending, took);
            if (ending != Ending.ABANDONED) {
                clients.rules().attempted(CellClients.SERVICE, member.instance(), how, took);
            }
        }
    }

    private Metadata headers(Aim aim) {
        Metadata headers = new Metadata();
        CallContext context =
                switch (call.target()) {
                    case Target.OwnerOf(var slot) when aim.route().isPresent() ->
                            RequestContext.copyOf(call.context())
                                    .routedBy(slot, aim.route().get().epoch());
                    case Target.OwnerOf _, Target.Named _, Target.Any _ -> call.context();
                };
        CallHeaders.write(context, headers);
        String traceparent = span.traceparent();
        if (!traceparent.isEmpty()) {
            headers.put(CallHeaders.TRACEPARENT, traceparent);
        }
        if (!call.token().isEmpty()) {
            headers.put(CallHeaders.AUTHORIZATION, "Bearer " + call.token());
        }
        return headers;
    }

    @Override
    public void answered(Endpoint endpoint, A response) {
        aimedAt.ifPresent(clients.loads()::ended);
        guarded(() -> read(endpoint, response));
    }

    @Override
    public void failed(Endpoint endpoint, Status status, Metadata trailers, boolean sent) {
        aimedAt.ifPresent(clients.loads()::ended);
        guarded(() -> learn(endpoint, status, trailers, sent));
    }

    private void read(Endpoint endpoint, A response) {
        ResponseOutcome read = ResponseOutcome.of(response);
        ended(endingOf(read.outcome().code()), read.outcome().code());
        switch (read.outcome()) {
            case Outcome.Accepted _ -> finish(new CellAnswer.Answered<>(response, read.outcome()));
            case Outcome.Unknown _ -> {
                perhapsDone |= call.changes();
                if (call.repeatable()) {
                    again();
                } else {
                    finish(new CellAnswer.Answered<>(response, read.outcome()));
                }
            }
            case Outcome.Refused refusal -> {
                if (isTriedAgain(endpoint, refusal, read.routeMapVersion())) {
                    return;
                }
                finish(new CellAnswer.Answered<>(response, refusal));
            }
        }
    }

    private void learn(Endpoint endpoint, Status status, Metadata trailers, boolean sent) {
        Optional<Outcome.Refused> refusal = Refusals.read(trailers);
        if (refusal.isPresent()) {
            ended(endingOf(refusal.get().code()), refusal.get().code());
            if (!isTriedAgain(endpoint, refusal.get(), 0)) {
                finish(new CellAnswer.Failed<>(refusal.get()));
            }
            return;
        }
        if (sent && status.getCode() == Status.Code.UNIMPLEMENTED) {
            ended(Ending.ANSWERED, OutcomeCode.INTERNAL_ERROR);
            failed(
                    OutcomeCode.INTERNAL_ERROR,
                    endpoint + " does not serve " + call.method().getFullMethodName());
            return;
        }
        passOver(endpoint);
        ended(Ending.UNREACHED, OutcomeCode.CELL_UNAVAILABLE);
        if (sent && call.changes()) {
            perhapsDone = true;
            if (call.repeatable()) {
                again();
            } else {
                failed(OutcomeCode.UNKNOWN, "no answer from " + endpoint);
            }
            return;
        }
        begin();
    }

    private void passOver(Endpoint endpoint) {
        tried.add(endpoint);
        passedOver = true;
    }

    /** Who is stopping is passed over by the next calls too. */
    private static Ending endingOf(OutcomeCode code) {
        return code == OutcomeCode.SHUTTING_DOWN ? Ending.UNREACHED : Ending.ANSWERED;
    }

    private void refused(Outcome.Refused refusal, long newerVersion) {
        if (!isTriedAgain(Optional.empty(), refusal, newerVersion)) {
            finish(new CellAnswer.Failed<>(refusal));
        }
    }

    private boolean isTriedAgain(Endpoint endpoint, Outcome.Refused refusal, long newerVersion) {
        return isTriedAgain(Optional.of(endpoint), refusal, newerVersion);
    }

    /** Tries again where the refusal is safe to retry here; false where it is the answer. */
    private boolean isTriedAgain(
            Optional<Endpoint> endpoint, Outcome.Refused refusal, long newerVersion) {
        boolean misrouted =
                refusal.code() == OutcomeCode.WRONG_CELL
                        || refusal.code() == OutcomeCode.STALE_EPOCH
                        || refusal.code() == OutcomeCode.NO_ROUTE;
        if (misrouted && !refreshed) {
            refreshed = true;
            clients.routes()
                    .refresh(newerVersion)
                    .whenComplete((map, failure) -> beginAnew())
                    .exceptionally(failure -> clients.routes().current());
            return true;
        }
        if (refusal.code() == OutcomeCode.SHUTTING_DOWN && endpoint.isPresent()) {
            passOver(endpoint.get());
            begin();
            return true;
        }
        if (refusal.code() == OutcomeCode.SLOT_MOVING || (perhapsDone && !isCertain(refusal))) {
            lastRefusal = refusal;
            again();
            return true;
        }
        return false;
    }

    /** Whether a refusal of a repetition also says that the lost attempt had no effect. */
    private static boolean isCertain(Outcome.Refused refusal) {
        return switch (refusal.code().kind()) {
            case INVALID, NOT_FOUND, BUSINESS, CONFLICT -> true;
            case ROUTING, UNAVAILABLE, FAULT, ACCEPTED, UNKNOWN -> false;
        };
    }

    private void nobodyLeft() {
        if (perhapsDone) {
            again();
            return;
        }
        failed(OutcomeCode.CELL_UNAVAILABLE, call.target() + ": no instance of the cell answers");
    }

    private void again() {
        Duration left = deadline.remaining();
        if (left.isNegative() || left.isZero()) {
            timeIsOver();
            return;
        }
        Duration wait = pause.compareTo(left) < 0 ? pause : left;
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        clients.timer().after(wait, this::beginAnew);
    }

    private void beginAnew() {
        tried.clear();
        begin();
    }

    private void timeIsOver() {
        if (perhapsDone) {
            failed(OutcomeCode.UNKNOWN, "no certain answer came before the deadline");
        } else {
            finish(new CellAnswer.Failed<>(lastRefusal));
        }
    }

    private void failed(OutcomeCode code, String message) {
        // Once perhaps done, no failure of ours can say that nothing happened.
        OutcomeCode certain = perhapsDone ? OutcomeCode.UNKNOWN : code;
        finish(new CellAnswer.Failed<>(Outcome.of(certain, message)));
    }

    private void finish(CellAnswer<A> with) {
        aimedAt.ifPresent(cell -> {
            clients.loads().heard(cell, with.outcome().code());
            clients.counts().ended(cell, with.outcome().code());
        });
        span.outcome(with.outcome()).close();
        answer.complete(with);
    }
}
