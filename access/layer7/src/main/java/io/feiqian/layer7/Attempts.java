package io.feiqian.layer7;

import io.feiqian.balancing.Ending;
import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.Problem;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one exchange at backends: the first, and others where that is safe: nothing of
 * the request had gone out, or its method may be repeated and nothing of its body is lost.
 */
final class Attempts {
    private final Exchange exchange;
    private final BackendChoice choice;
    private @Nullable PoolRun pool;
    private @Nullable Member<Backend> member;
    private @Nullable BackendConnections connections;
    private @Nullable BackendSide backend;
    private String cell = "";
    private int number;
    private int made;
    private long began;
    private boolean headSent;
    private boolean counted;
    private boolean prepared;

    Attempts(Exchange exchange) {
        this.exchange = exchange;
        this.choice = new BackendChoice(exchange);
    }

    void clear() {
        pool = null;
        member = null;
        connections = null;
        backend = null;
        choice.clear();
        cell = "";
        made = 0;
        headSent = false;
        counted = false;
        prepared = false;
    }

    /** The backend has refused it unseen: it goes to another cell. */
    void corrected() {
        end(Ending.ANSWERED, OutcomeCode.WRONG_CELL);
        cancel();
        made = 0;
        headSent = false;
        exchange.phase(Exchange.Phase.JUDGED);
    }

    /**
     * Goes to a pool.
     *
     * @param hash what keeps requests of the same key together
     * @param only the cell whose backends it may go to; empty for any
     * @param instances which backends a rule leaves; null for all
     */
    void go(PoolRun where, long hash, String only, @Nullable Predicate<Instance<?>> instances) {
        pool = where;
        cell = only;
        choice.begin(where, hash, only, instances);
        next();
    }

    /** Goes to another pool after all that was tried: a rule has it instead. */
    void elsewhere(PoolRun where, long hash) {
        made = 0;
        headSent = false;
        go(where, hash, "", null);
    }

    private void next() {
        PoolRun where = pool;
        if (where == null) {
            return;
        }
        Optional<Member<Backend>> chosen = choice.choose();
        if (chosen.isEmpty()) {
            nobody();
            return;
        }
        number++;
        made++;
        headSent = false;
        Member<Backend> next = chosen.get();
        member = next;
        counted = true;
        next.began();
        Worker worker = exchange.worker;
        began = worker.now();
        exchange.phase(Exchange.Phase.CONNECTING);
        exchange.due(
                worker.wheel,
                Math.min(began + where.connectNanos, exchange.began() + exchange.timeoutNanos()));
        BackendConnections home = worker.connections(where, next);
        connections = home;
        home.acquire(exchange);
    }

    private void nobody() {
        boolean forCell = !cell.isEmpty();
        OutcomeCode code = forCell ? OutcomeCode.CELL_UNAVAILABLE : OutcomeCode.SERVICE_UNAVAILABLE;
        String why = forCell ? "cell " + cell + ": no backend takes it" : "no backend takes it";
        if (!hasInstead(code, why)) {
            exchange.refuse(code, why);
        }
    }

    int number() {
        return number;
    }

    boolean takesData() {
        BackendSide to = backend;
        return to != null && headSent && to.isWritable();
    }

    void reached(BackendSide to, boolean reused) {
        backend = to;
        headSent = true;
        Head request = exchange.request();
        if (!prepared) {
            prepared = true;
            Forwarding.request(request, exchange);
        } else {
            Forwarding.cell(request, exchange);
        }
        ByteBuf all = exchange.body().collected();
        exchange.phase(Exchange.Phase.ASKED);
        to.requestHead(request);
        if (all != null && all.writerIndex() > 0) {
            // An attempt before has read it.
            all.readerIndex(0);
            to.requestData(all, all.readableBytes());
        }
        if (exchange.body().isOver()) {
            requestEnd(null);
        } else {
            exchange.due(exchange.worker.wheel, exchange.began() + exchange.timeoutNanos());
            exchange.client.resumeRequest();
        }
        to.flush();
    }

    void requestData(ByteBuf data, int many) {
        BackendSide to = backend;
        if (to == null) {
            data.skipBytes(many);
        } else {
            to.requestData(data, many);
        }
    }

    void requestEnd(@Nullable Head trailers) {
        BackendSide to = backend;
        PoolRun where = pool;
        if (to == null || where == null || !headSent) {
            return;
        }
        if (exchange.phase() == Exchange.Phase.ASKED) {
            exchange.due(
                    exchange.worker.wheel,
                    Math.min(
                            exchange.worker.now() + where.answerNanos,
                            exchange.began() + exchange.timeoutNanos()));
        }
        to.requestEnd(trailers);
    }

    void flush() {
        BackendSide to = backend;
        if (to != null) {
            to.flush();
        }
    }

    /** The answer goes on: the backend has its time until the next piece. */
    void answering() {
        PoolRun where = pool;
        if (where != null && exchange.phase() == Exchange.Phase.ANSWERING) {
            exchange.due(exchange.worker.wheel, exchange.worker.now() + where.pauseNanos);
        }
    }

    void pause(boolean paused) {
        BackendSide to = backend;
        if (to == null) {
            return;
        }
        to.pause(paused);
        if (paused) {
            exchange.notDue();
        } else {
            answering();
        }
    }

    void unreached(String why) {
        // Who waited for a connection to be free has learnt nothing of the backend but that.
        boolean waited = giveUpWaiting();
        end(
                waited ? Ending.ABANDONED : Ending.UNREACHED,
                waited ? OutcomeCode.OVERLOADED : OutcomeCode.SERVICE_UNAVAILABLE);
        if (!again()) {
            nobodyAnswers(503, why);
        }
    }

    /** The backend says that it did not look at the request, whatever of it was sent. */
    void unseen(String why) {
        backend = null;
        headSent = false;
        end(Ending.UNREACHED, OutcomeCode.SERVICE_UNAVAILABLE);
        if (exchange.body().isPassed() || !again()) {
            nobodyAnswers(503, why);
        }
    }

    /** The answer does not come in time; whether the request was done is not known. */
    void late() {
        end(Ending.FAILED, OutcomeCode.UNKNOWN);
        cancel();
        if (readAgain()) {
            return;
        }
        OutcomeCode code =
                exchange.request().verb.isSafe()
                        ? OutcomeCode.DEADLINE_EXPIRED
                        : OutcomeCode.UNKNOWN;
        String why = "the backend did not answer in time";
        if (!hasInstead(code, why)) {
            exchange.answer(Problem.answer(504, code, why));
        }
    }

    void failed(int status, String why) {
        end(Ending.FAILED, OutcomeCode.INTERNAL_ERROR);
        cancel();
        if (!readAgain()) {
            nobodyAnswers(status, why);
        }
    }

    /** What only reads is tried elsewhere, as long as nothing of an answer went to the client. */
    private boolean readAgain() {
        return exchange.phase() == Exchange.Phase.ASKED
                && exchange.request().verb.isSafe()
                && !exchange.body().isPassed()
                && again();
    }

    void gone(boolean answered) {
        backend = null;
        end(Ending.FAILED, OutcomeCode.UNKNOWN);
        boolean repeatable =
                !answered && exchange.request().verb.isIdempotent() && !exchange.body().isPassed();
        if ((!repeatable || !again()) && !readAgain()) {
            nobodyAnswers(502, "the backend closed before it answered");
        }
    }

    private void nobodyAnswers(int status, String why) {
        boolean done = headSent && !exchange.request().verb.isSafe();
        OutcomeCode code =
                done
                        ? OutcomeCode.UNKNOWN
                        : cell.isEmpty()
                                ? OutcomeCode.SERVICE_UNAVAILABLE
                                : OutcomeCode.CELL_UNAVAILABLE;
        if (!hasInstead(code, why)) {
            exchange.answer(Problem.answer(status, code, why));
        }
    }

    /** Whether a rule has something else for this end, which is not passed on then. */
    private boolean hasInstead(OutcomeCode code, String why) {
        RequestRules rules = exchange.judging().rules();
        Outcome failure = Outcome.of(code, why);
        Ruling instead = code == OutcomeCode.UNKNOWN ? null : rules.insteadOf(failure);
        if (instead == null) {
            return false;
        }
        rules.fallBack(instead, failure);
        return true;
    }

    /** Tries another backend, where the route has tries and time left. */
    private boolean again() {
        Member<Backend> failed = member;
        if (failed == null
                || made > exchange.plan().retries
                || exchange.worker.now() - exchange.began() >= exchange.timeoutNanos()) {
            return false;
        }
        PoolRun where = pool;
        if (where == null || (!choice.hasOther(failed) && !moves(where))) {
            return false;
        }
        exchange.plan().meters.retried();
        next();
        return true;
    }

    /** Whether another pool of the split takes it; a rule over backends was made for this one. */
    private boolean moves(PoolRun from) {
        PoolRun other = choice.isRuled() ? null : exchange.plan().other(from);
        if (other == null) {
            return false;
        }
        pool = other;
        choice.moved(other);
        exchange.judging().moved(other);
        return true;
    }

    /** The attempt is over; told once. */
    void ended(Ending ending) {
        end(ending, ending == Ending.ANSWERED ? OutcomeCode.ACCEPTED : OutcomeCode.INTERNAL_ERROR);
    }

    private void end(Ending ending, OutcomeCode code) {
        Member<Backend> who = member;
        if (who == null || !counted) {
            return;
        }
        counted = false;
        long took = exchange.worker.now() - began;
        who.ended(ending, took);
        exchange.judging().rules().attempted(who, code, took);
        BackendConnections home = connections;
        if (home != null && ending != Ending.ABANDONED) {
            home.count(took);
        }
    }

    /** Breaks the connection off, where there is one. */
    void cancel() {
        BackendSide to = backend;
        backend = null;
        if (to != null) {
            to.cancel();
        }
    }

    /** Nobody wants an answer any more. */
    void abandon() {
        var _ = giveUpWaiting();
        end(Ending.ABANDONED, OutcomeCode.UNKNOWN);
        cancel();
        number++;
    }

    /** Whether it waited for a connection that others have. */
    private boolean giveUpWaiting() {
        number++;
        BackendConnections home = connections;
        return home != null
                && exchange.phase() == Exchange.Phase.CONNECTING
                && home.giveUp(exchange);
    }

    /** Who was asked last; null for nobody. */
    @Nullable Member<Backend> member() {
        return member;
    }

    /** Who was asked, where a cookie is to say so. */
    @Nullable PoolRun pool() {
        return pool;
    }
}
