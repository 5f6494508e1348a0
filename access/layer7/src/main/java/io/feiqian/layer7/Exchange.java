package io.feiqian.layer7;

import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.Problem;
import io.feiqian.vocabulary.OutcomeCode;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way, whatever protocols are spoken on both sides: judged, sent to a backend or
 * answered here, and answered exactly once. Bodies pass through as they come; whoever is slower
 * holds the other back. Here is its life; what comes of the request goes through {@link
 * RequestBody}, the answer through {@link Reply}, and what is spoken after an upgrade through
 * {@link Tunnel}.
 *
 * <p>The client's side calls {@link #begin}, {@link #requestData}, {@link #requestEnd} and {@link
 * #requestFlush}; the backend's side {@link #answerHead}, {@link #answerData}, {@link #answerEnd}
 * and what fails. Confined to the client's event loop, where its backend lives too; used for one
 * request after the other.
 */
public final class Exchange extends Timed {
    /** What it waits for. */
    enum Phase {
        /** Nothing: there is no request. */
        NONE,
        /** The whole body, since somebody must see it first. */
        COLLECTING,
        /** Who judges it, or answers it. */
        JUDGED,
        /** A connection. */
        CONNECTING,
        /** The answer. */
        ASKED,
        /** The rest of the answer. */
        ANSWERING,
        /** Whatever is spoken after an upgrade. */
        TUNNEL
    }

    final Worker worker;
    final ClientSide client;
    final Peer peer;
    private final Judging judging = new Judging(this);
    private final Attempts attempts = new Attempts(this);
    private final RequestBody body = new RequestBody(this);
    private final Reply reply = new Reply(this);
    private final Tunnel tunnel = new Tunnel(this);
    private Head request = new Head();
    private RoutePlan plan = RoutePlan.NOWHERE;
    private Phase phase = Phase.NONE;
    private Client from;
    private Caller caller = Caller.ANYBODY;
    private Map<String, String> answerHeaders = Map.of();
    private boolean admitted;
    private long timeoutNanos;
    private int turn;
    private long began;

    Exchange(Worker worker, ClientSide client, Peer peer) {
        this.worker = worker;
        this.client = client;
        this.peer = peer;
        this.from = peer.client();
    }

    /** Begins with a request; no body follows where its {@link Head#bodyLength} is 0. */
    public void begin(Head head) {
        request = head;
        phase = Phase.JUDGED;
        turn++;
        began = worker.now();
        body.begin(head);
        caller = Caller.ANYBODY;
        answerHeaders = Map.of();
        from = peer.clientOf(head);
        attempts.clear();
        judging.clear();
        tunnel.clear();
        Routing routing = worker.engine.routing();
        plan = routing.find(head);
        reply.begin(head);
        timeoutNanos =
                head.grpc
                        ? Math.min(plan.timeoutNanos, Grpc.timeoutNanos(head))
                        : plan.timeoutNanos;
        head.upgrades = head.upgrades && WebSockets.isAsked(head);
        admitted = worker.engine.admit();
        if (!admitted) {
            refuse(OutcomeCode.OVERLOADED, "too many requests are in flight");
        } else if (plan == RoutePlan.NOWHERE) {
            refuse(OutcomeCode.UNKNOWN_PATH, "path: no route is for it");
        } else if (head.bodyLength > plan.bodyBytes) {
            body.tooLarge(head.bodyLength);
        } else if (plan.wantsBody && !body.isOver()) {
            body.collect();
        } else {
            judge(began);
        }
    }

    /** All is there that it is judged by, now: its time begins. */
    void judge(long now) {
        phase = Phase.JUDGED;
        due(worker.wheel, now + timeoutNanos);
        judging.begin();
    }

    /** Whether it takes body data now; else {@link ClientSide#resumeRequest} tells when. */
    public boolean takesData() {
        return phase == Phase.COLLECTING || attempts.takesData();
    }

    /** So many bytes of the body have come. */
    public void requestData(ByteBuf data, int many) {
        body.data(data, many);
    }

    /** That was the whole request. */
    public void requestEnd(@Nullable Head trailers) {
        body.end(trailers);
    }

    /** What has come of the request goes out. */
    public void requestFlush() {
        attempts.flush();
    }

    /** The rest of the request does not come in time. */
    public void clientLate(String why) {
        if (reply.isBegun()) {
            answerBroken(why);
        } else if (phase != Phase.NONE) {
            answer(Problem.answer(408, OutcomeCode.DEADLINE_EXPIRED, why).closing());
        }
    }

    /** The body cannot be read: nobody knows where the request ends. */
    public void clientMalformed(Malformed why) {
        if (reply.isBegun()) {
            answerBroken(why.detail());
        } else if (phase != Phase.NONE) {
            answer(why.answer());
        }
    }

    /** The client is gone; nobody wants the answer. */
    public void clientGone() {
        if (phase != Phase.NONE) {
            attempts.abandon();
            reply.unwanted();
            finish();
        }
    }

    /** The client takes more of the answer again. */
    public void clientWritable() {
        reply.clientWritable();
    }

    /** Whether there is no request. */
    public boolean isOver() {
        return phase == Phase.NONE;
    }

    /** A connection is there; the request goes out on it. */
    void reached(BackendSide backend, boolean reused) {
        attempts.reached(backend, reused);
    }

    /** There is no connection. */
    void unreached(String why) {
        attempts.unreached(why);
    }

    /** Which attempt it is; one that is over takes no connection. */
    int attempt() {
        return attempts.number();
    }

    /** An interim answer has come. */
    void informational(Head head) {
        if (head.status == 100) {
            request.expectsContinue = false;
        }
        reply.informational(head);
    }

    /** Whether what was asked for is spoken from now on; both sides pass on bytes as they come. */
    boolean upgraded(Head head) {
        return tunnel.opens(head);
    }

    /** The gateway goes: the client of a WebSocket is told, as soon as no frame is under way. */
    public void leaveTunnel() {
        tunnel.leave();
    }

    /** A backend has not looked at the request, and says so: another may. */
    void refusedUnseen(String why) {
        attempts.unseen(why);
    }

    /** The head of the answer has come. */
    void answerHead(Head head, boolean bodyless) {
        reply.head(head, bodyless);
    }

    /** So many bytes of the answer's body have come. */
    void answerData(ByteBuf data, int many) {
        reply.data(data, many);
    }

    /** What has come of the answer goes out. */
    void answerFlush() {
        reply.flush();
    }

    /** That was the whole answer. */
    void answerEnd(@Nullable Head trailers) {
        reply.end(trailers);
    }

    /** The answer broke off in the middle. */
    void answerBroken(String why) {
        reply.broken();
    }

    /** What the backend answers cannot be passed on. */
    void backendFailed(String why) {
        attempts.failed(502, why);
    }

    /** The backend closed before it answered. */
    void backendGone(boolean answered) {
        attempts.gone(answered);
    }

    /** The backend takes more of the request again. */
    void backendWritable() {
        client.resumeRequest();
    }

    @Override
    void expired(long now) {
        switch (phase) {
            case NONE, COLLECTING -> {}
            case JUDGED -> refuse(OutcomeCode.DEADLINE_EXPIRED, "the time of the route is over");
            case CONNECTING -> attempts.unreached("no connection in time");
            case ASKED -> attempts.late();
            case TUNNEL -> tunnel.over();
            case ANSWERING -> answerBroken("the backend paused too long");
        }
    }

    /** Refuses the request. */
    void refuse(OutcomeCode code, String detail) {
        answer(Problem.answer(code, detail));
    }

    /** Answers here, once; whatever a backend does is of no interest any more. */
    void answer(HttpAnswer given) {
        reply.own(given);
    }

    /** It is over: what was taken for it is given back, counted and written down. */
    void finish() {
        notDue();
        phase = Phase.NONE;
        turn++;
        long now = worker.now();
        long took = now - began;
        judging.ended(reply.status(), took);
        plan.meters.count(reply.status(), took);
        worker.log.write(this, now, took);
        body.release();
        reply.release();
        if (admitted) {
            admitted = false;
            worker.engine.done();
        }
    }

    /** Something else is spoken from now on, for which the request never ends. */
    void becomesTunnel() {
        phase = Phase.TUNNEL;
        body.goesOn();
    }

    // What its parts and the log look at.

    Head request() {
        return request;
    }

    RoutePlan plan() {
        return plan;
    }

    Client from() {
        return from;
    }

    Caller caller() {
        return caller;
    }

    void admitted(Caller who, Map<String, String> headers) {
        caller = who;
        answerHeaders = headers;
    }

    Map<String, String> answerHeaders() {
        return answerHeaders;
    }

    Attempts attempts() {
        return attempts;
    }

    Judging judging() {
        return judging;
    }

    RequestBody body() {
        return body;
    }

    Reply reply() {
        return reply;
    }

    Tunnel tunnel() {
        return tunnel;
    }

    void phase(Phase next) {
        phase = next;
    }

    Phase phase() {
        return phase;
    }

    int turn() {
        return turn;
    }

    long began() {
        return began;
    }

    /** How long the whole may take: as the route says, or the caller, where that is less. */
    long timeoutNanos() {
        return timeoutNanos;
    }
}
