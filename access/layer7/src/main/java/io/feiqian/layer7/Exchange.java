package io.feiqian.layer7;

import io.feiqian.balancing.Ending;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.Problem;
import io.feiqian.vocabulary.OutcomeCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way, whatever protocols are spoken on both sides: judged, sent to a backend or
 * answered here, and answered exactly once. Bodies pass through as they come; whoever is slower
 * holds the other back.
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

    private static final byte[] WRONG_CELL =
            Bytes.ascii(CellAim.WRONG_CELL.toLowerCase(Locale.ROOT));

    private static final byte[] LOAD = Bytes.ascii(CellAim.LOAD.toLowerCase(Locale.ROOT));

    final Worker worker;
    final ClientSide client;
    final Peer peer;
    private final Judging judging = new Judging(this);
    private final Attempts attempts = new Attempts(this);
    private final Packing packing;
    private Head request = new Head();
    private RoutePlan plan = RoutePlan.NOWHERE;
    private Phase phase = Phase.NONE;
    private Client from;
    private Caller caller = Caller.ANYBODY;
    private Map<String, String> answerHeaders = Map.of();
    private @Nullable ByteBuf collected;
    private boolean requestOver;
    private boolean bodyPassed;
    private boolean answerBegun;
    private boolean admitted;
    private boolean upgraded;
    private boolean paused;
    private boolean grpcFailed;
    private boolean leaving;
    private @Nullable WebSocketFrames frames;
    private long timeoutNanos;
    private int turn;
    private int status;
    private long began;
    private long bytesIn;
    private long bytesOut;

    Exchange(Worker worker, ClientSide client, Peer peer) {
        this.worker = worker;
        this.client = client;
        this.peer = peer;
        this.from = peer.client();
        this.packing = new Packing(worker);
    }

    /** Begins with a request; no body follows where its {@link Head#bodyLength} is 0. */
    public void begin(Head head) {
        request = head;
        phase = Phase.JUDGED;
        turn++;
        began = worker.now();
        requestOver = head.bodyLength == 0;
        bodyPassed = false;
        answerBegun = false;
        upgraded = false;
        leaving = false;
        frames = null;
        paused = false;
        status = 0;
        bytesIn = 0;
        bytesOut = 0;
        caller = Caller.ANYBODY;
        answerHeaders = Map.of();
        from = peer.clientOf(head);
        attempts.clear();
        judging.clear();
        Routing routing = worker.engine.routing();
        plan = routing.find(head);
        packing.begin(plan.compression, head, peer.client());
        timeoutNanos =
                head.grpc
                        ? Math.min(plan.timeoutNanos, Grpc.timeoutNanos(head))
                        : plan.timeoutNanos;
        grpcFailed = false;
        head.upgrades = head.upgrades && WebSockets.isAsked(head);
        admitted = worker.engine.admit();
        if (!admitted) {
            refuse(OutcomeCode.OVERLOADED, "too many requests are in flight");
        } else if (plan == RoutePlan.NOWHERE) {
            refuse(OutcomeCode.UNKNOWN_PATH, "path: no route is for it");
        } else if (head.bodyLength > plan.bodyBytes) {
            tooLarge(head.bodyLength);
        } else if (plan.wantsBody && !requestOver) {
            collect();
        } else {
            due(worker.wheel, began + timeoutNanos);
            judging.begin();
        }
    }

    private void collect() {
        phase = Phase.COLLECTING;
        long length = request.bodyLength;
        collected = Buffers.MEMORY.heapBuffer(length > 0 ? (int) Math.min(length, 65_536) : 1_024);
        if (request.expectsContinue) {
            continued();
        }
    }

    /** The client may send its body. */
    private void continued() {
        request.expectsContinue = false;
        request.dropAll(Known.EXPECT);
        Head go = worker.head();
        go.answer(100);
        client.informational(go);
        client.flush();
    }

    /** Whether it takes body data now; else {@link ClientSide#resumeRequest} tells when. */
    public boolean takesData() {
        return phase == Phase.COLLECTING || attempts.takesData();
    }

    /** So many bytes of the body have come. */
    public void requestData(ByteBuf data, int many) {
        bytesIn += many;
        if (bytesIn > plan.bodyBytes && !upgraded) {
            data.skipBytes(many);
            tooLarge(bytesIn);
            return;
        }
        ByteBuf all = collected;
        if (phase == Phase.COLLECTING && all != null) {
            all.writeBytes(data, many);
        } else {
            bodyPassed = true;
            attempts.requestData(data, many);
            if (upgraded) {
                passing();
            }
        }
    }

    /** That was the whole request. */
    public void requestEnd(@Nullable Head trailers) {
        requestOver = true;
        if (phase == Phase.COLLECTING) {
            phase = Phase.JUDGED;
            due(worker.wheel, worker.now() + timeoutNanos);
            judging.begin();
        } else {
            attempts.requestEnd(trailers);
        }
    }

    /** What has come of the request goes out. */
    public void requestFlush() {
        attempts.flush();
    }

    /** The rest of the request does not come in time. */
    public void clientLate(String why) {
        if (answerBegun) {
            answerBroken(why);
        } else if (phase != Phase.NONE) {
            answer(Problem.answer(408, OutcomeCode.DEADLINE_EXPIRED, why).closing());
        }
    }

    /** The body cannot be read: nobody knows where the request ends. */
    public void clientMalformed(Malformed why) {
        if (answerBegun) {
            answerBroken(why.detail());
        } else if (phase != Phase.NONE) {
            answer(why.answer());
        }
    }

    /** The client is gone; nobody wants the answer. */
    public void clientGone() {
        if (phase != Phase.NONE) {
            attempts.abandon();
            if (status == 0) {
                status = 499;
            }
            finish();
        }
    }

    /** The client takes more of the answer again. */
    public void clientWritable() {
        if (paused) {
            paused = false;
            attempts.pause(false);
        }
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
        Forwarding.hopByHop(head);
        client.informational(head);
        client.flush();
    }

    /** Whether what was asked for is spoken from now on; both sides pass on bytes as they come. */
    boolean upgraded(Head head) {
        if (!request.upgrades || !WebSockets.isAgreed(head)) {
            return false;
        }
        phase = Phase.TUNNEL;
        answerBegun = true;
        upgraded = true;
        frames = new WebSocketFrames();
        requestOver = false;
        status = head.status;
        Forwarding.answer(head, this);
        WebSockets.say(head);
        passing();
        client.upgraded(head);
        client.flush();
        return true;
    }

    /** Something passes: the two have their time until something does again. */
    private void passing() {
        due(worker.wheel, worker.now() + client.tunnelNanos());
    }

    /** The gateway goes: the client of a WebSocket is told, as soon as no frame is under way. */
    public void leaveTunnel() {
        WebSocketFrames tunnel = frames;
        if (tunnel == null || phase != Phase.TUNNEL) {
            return;
        }
        leaving = true;
        if (tunnel.isBetween()) {
            byte[] away = WebSocketFrames.GOING_AWAY;
            client.answerData(Unpooled.wrappedBuffer(away), away.length);
            tunnelOver();
        }
    }

    /** Nothing has passed for too long. */
    private void tunnelOver() {
        attempts.ended(Ending.ANSWERED);
        attempts.cancel();
        finish();
        client.stopRequest();
        client.answerEnd(null);
    }

    /** A backend has not looked at the request, and says so: another may. */
    void refusedUnseen(String why) {
        attempts.unseen(why);
    }

    /** The head of the answer has come. */
    void answerHead(Head head, boolean bodyless) {
        if (plan.way != null) {
            if (isWrongCell(head)) {
                return;
            }
            learnLoad(head);
        }
        phase = Phase.ANSWERING;
        answerBegun = true;
        status = head.status;
        grpcFailed = request.grpc && Grpc.isFailed(head);
        Forwarding.answer(head, this);
        packing.head(head, bodyless);
        client.answerHead(head, bodyless);
        attempts.answering();
    }

    private void learnLoad(Head head) {
        int said = head.find(LOAD);
        long percent = said < 0 ? -1 : Requests.length(head, said);
        if (percent >= 0) {
            judging.loaded(percent);
        }
    }

    /** Whether the request came to the wrong cell, where nothing was done, and goes to another. */
    private boolean isWrongCell(Head head) {
        int said = head.find(WRONG_CELL);
        if (said < 0 || bodyPassed || !requestOver) {
            return false;
        }
        long version = Requests.length(head, said);
        return judging.corrected(Math.max(0, version));
    }

    /** So many bytes of the answer's body have come. */
    void answerData(ByteBuf data, int many) {
        WebSocketFrames tunnel = frames;
        if (tunnel != null) {
            tunnel.pass(data, many);
            passing();
        }
        if (packing.isOn()) {
            bytesOut += packing.data(data, many, client);
        } else {
            bytesOut += many;
            client.answerData(data, many);
        }
        if (tunnel != null && leaving) {
            leaveTunnel();
            return;
        }
        if (!paused && !client.isWritable()) {
            paused = true;
            attempts.pause(true);
        }
    }

    /** What has come of the answer goes out. */
    void answerFlush() {
        bytesOut += packing.flush(client);
        client.flush();
        attempts.answering();
    }

    /** That was the whole answer. */
    void answerEnd(@Nullable Head trailers) {
        boolean failed =
                status >= 500
                        || grpcFailed
                        || (request.grpc && trailers != null && Grpc.isFailed(trailers));
        attempts.ended(failed ? Ending.FAILED : Ending.ANSWERED);
        bytesOut += packing.end(client);
        boolean early = !requestOver;
        finish();
        if (early) {
            client.stopRequest();
        }
        client.answerEnd(trailers);
    }

    /** The answer broke off in the middle. */
    void answerBroken(String why) {
        attempts.ended(Ending.FAILED);
        attempts.cancel();
        finish();
        client.answerBroken();
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
            case TUNNEL -> tunnelOver();
            case ANSWERING -> answerBroken("the backend paused too long");
        }
    }

    /** Refuses the request. */
    void refuse(OutcomeCode code, String detail) {
        answer(Problem.answer(code, detail));
    }

    /** Answers here, once; whatever a backend does is of no interest any more. */
    void answer(HttpAnswer given) {
        if (phase == Phase.NONE || answerBegun) {
            return;
        }
        answerBegun = true;
        attempts.abandon();
        HttpAnswer plain = request.grpc && given.status() >= 300 ? Grpc.refusal(given) : given;
        boolean bodyless = request.verb == Verb.HEAD || Answers.isBodyless(plain.status());
        Packing.Own packed =
                packing.own(plain, plain.body().getBytes(StandardCharsets.UTF_8), bodyless);
        HttpAnswer answer = packed.answer();
        byte[] body = packed.body();
        status = given.status();
        bytesOut = bodyless ? 0 : body.length;
        Map<String, String> more = answerHeaders;
        boolean early = !requestOver;
        finish();
        if (early) {
            client.stopRequest();
        }
        Head own = worker.head();
        Forwarding.own(own, answer, body.length, more, worker.date());
        client.answerHead(own, bodyless);
        if (!bodyless && body.length > 0) {
            client.answerData(Unpooled.wrappedBuffer(body), body.length);
        }
        client.answerEnd(null);
    }

    private void tooLarge(long bytes) {
        if (answerBegun) {
            answerBroken("the request's body is too long");
        } else {
            answer(
                    Problem.answer(
                                    OutcomeCode.BODY_TOO_LARGE,
                                    "body: %d bytes (expected: at most %d)"
                                            .formatted(bytes, plan.bodyBytes))
                            .closing());
        }
    }

    /** It is over: what was taken for it is given back, counted and written down. */
    private void finish() {
        notDue();
        phase = Phase.NONE;
        turn++;
        packing.clear();
        long took = worker.now() - began;
        judging.ended(status, took);
        plan.meters.count(status, took);
        worker.log.write(this, took);
        ByteBuf all = collected;
        if (all != null) {
            collected = null;
            all.release();
        }
        if (admitted) {
            admitted = false;
            worker.engine.done();
        }
    }

    // What judges, attempts and the log look at.

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

    @Nullable ByteBuf collected() {
        return collected;
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

    int status() {
        return status;
    }

    long began() {
        return began;
    }

    long bytesIn() {
        return bytesIn;
    }

    long bytesOut() {
        return bytesOut;
    }

    /** How long the whole may take: as the route says, or the caller, where that is less. */
    long timeoutNanos() {
        return timeoutNanos;
    }

    boolean isRequestOver() {
        return requestOver;
    }

    boolean isBodyPassed() {
        return bodyPassed;
    }
}
