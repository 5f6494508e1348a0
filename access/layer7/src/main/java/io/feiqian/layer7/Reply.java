package io.feiqian.layer7;

import io.feiqian.balancing.Ending;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.vocabulary.OutcomeCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request on its way to the client, a backend's or one given here: begun once,
 * ended once, counted. What backends say to the gateway is heard, and a client that is slow holds
 * the backend back. Confined to the exchange's event loop.
 *
 * <p>Every answer of a backend goes to the client through {@link #sendHead}, {@link #sendData} and
 * {@link #sendEnd}, and through nothing else: the place where {@link Packing} makes bodies smaller.
 */
final class Reply {
    private static final byte[] WRONG_CELL =
            Bytes.ascii(CellAim.WRONG_CELL.toLowerCase(Locale.ROOT));

    private static final byte[] LOAD = Bytes.ascii(CellAim.LOAD.toLowerCase(Locale.ROOT));
    private static final byte[] CODE = Bytes.ascii(CellAim.CODE.toLowerCase(Locale.ROOT));

    /** What stands for the status where the client was gone before there was one. */
    private static final int UNWANTED = 499;

    private final Exchange exchange;
    private final Packing packing;
    private boolean begun;
    private boolean paused;
    private boolean grpcFailed;
    private int status;
    private long bytes;

    Reply(Exchange exchange) {
        this.exchange = exchange;
        this.packing = new Packing(exchange);
    }

    /** Begins anew, for a request as the client has sent it. */
    void begin(Head request) {
        begun = false;
        paused = false;
        grpcFailed = false;
        status = 0;
        bytes = 0;
        packing.begin(exchange.plan().compression, request, exchange.peer.client());
    }

    /** Gives back what was taken for it. */
    void release() {
        packing.clear();
    }

    /** Whether anything of it may have gone to the client. */
    boolean isBegun() {
        return begun;
    }

    int status() {
        return status;
    }

    /** How many bytes of the body have gone to the client. */
    long bytes() {
        return bytes;
    }

    /** Nobody wants it. */
    void unwanted() {
        if (status == 0) {
            status = UNWANTED;
        }
    }

    /** An interim answer has come. */
    void informational(Head head) {
        Forwarding.hopByHop(head);
        exchange.client.informational(head);
        exchange.client.flush();
    }

    /** It is the one by which something else is spoken from now on. */
    void upgraded(Head head) {
        begun = true;
        status = head.status;
    }

    /** Its head has come. */
    void head(Head head, boolean bodyless) {
        if (exchange.plan().way != null) {
            if (isWrongCell(head)) {
                return;
            }
            learnLoad(head);
            learnRefusal(head);
        }
        if (head.status >= 500 && isReplaced()) {
            return;
        }
        exchange.phase(Exchange.Phase.ANSWERING);
        begun = true;
        status = head.status;
        grpcFailed = exchange.request().grpc && Grpc.isFailed(head);
        Forwarding.answer(head, exchange);
        sendHead(head, bodyless);
        exchange.attempts().answering();
    }

    private void learnLoad(Head head) {
        int said = head.find(LOAD);
        long percent = said < 0 ? -1 : Requests.length(head, said);
        if (percent >= 0) {
            exchange.judging().cell().loaded(percent);
        }
    }

    /** A cell that has no room says so, in the head or in trailers. */
    private void learnRefusal(Head head) {
        int said = head.find(CODE);
        if (said >= 0 && Requests.length(head, said) == OutcomeCode.OVERLOADED.number()) {
            exchange.judging().cell().full();
        }
    }

    /** Whether the request came to the wrong cell, where nothing was done, and goes to another. */
    private boolean isWrongCell(Head head) {
        int said = head.find(WRONG_CELL);
        if (said < 0 || exchange.body().isPassed() || !exchange.body().isOver()) {
            return false;
        }
        long version = Requests.length(head, said);
        return exchange.judging().cell().corrected(Math.max(0, version));
    }

    /** Whether a rule has something else for a failure that is answered; only for what reads. */
    private boolean isReplaced() {
        RequestRules rules = exchange.judging().rules();
        Ruling instead =
                exchange.request().verb.isSafe() ? rules.insteadOf(RequestRules.FAULT) : null;
        if (instead == null) {
            return false;
        }
        exchange.attempts().ended(Ending.FAILED);
        exchange.attempts().cancel();
        rules.fallBack(instead, RequestRules.FAULT);
        return true;
    }

    /** So many bytes of its body have come. */
    void data(ByteBuf data, int many) {
        Tunnel tunnel = exchange.tunnel();
        if (tunnel.isOpen()) {
            tunnel.passes(data, many);
        }
        sendData(data, many);
        if (tunnel.isLeaving()) {
            tunnel.leave();
            return;
        }
        if (!paused && !exchange.client.isWritable()) {
            paused = true;
            exchange.attempts().pause(true);
        }
    }

    /** What has come of it goes out. */
    void flush() {
        bytes += packing.flush(exchange.client);
        exchange.client.flush();
        exchange.attempts().answering();
    }

    /** The client takes more of it again. */
    void clientWritable() {
        if (paused) {
            paused = false;
            exchange.attempts().pause(false);
        }
    }

    /** That was the whole of it. */
    void end(@Nullable Head trailers) {
        if (trailers != null && exchange.plan().way != null) {
            learnRefusal(trailers);
        }
        boolean failed =
                status >= 500
                        || grpcFailed
                        || (exchange.request().grpc && trailers != null && Grpc.isFailed(trailers));
        exchange.attempts().ended(failed ? Ending.FAILED : Ending.ANSWERED);
        bytes += packing.end(exchange.client);
        boolean early = !exchange.body().isOver();
        exchange.finish();
        if (early) {
            exchange.client.stopRequest();
        }
        sendEnd(trailers);
    }

    /** It broke off in the middle. */
    void broken() {
        exchange.attempts().ended(Ending.FAILED);
        exchange.attempts().cancel();
        exchange.finish();
        exchange.client.answerBroken();
    }

    /** Answers here, once; whatever a backend does is of no interest any more. */
    void own(HttpAnswer given) {
        if (exchange.isOver() || begun) {
            return;
        }
        begun = true;
        exchange.attempts().abandon();
        Head request = exchange.request();
        HttpAnswer plain = request.grpc && given.status() >= 300 ? Grpc.refusal(given) : given;
        boolean bodyless = request.verb == Verb.HEAD || Answers.isBodyless(plain.status());
        Packing.Own packed =
                packing.own(plain, plain.body().getBytes(StandardCharsets.UTF_8), bodyless);
        HttpAnswer answer = packed.answer();
        byte[] body = packed.body();
        status = given.status();
        bytes = bodyless ? 0 : body.length;
        Map<String, String> more = exchange.answerHeaders();
        boolean early = !exchange.body().isOver();
        exchange.finish();
        if (early) {
            exchange.client.stopRequest();
        }
        Worker worker = exchange.worker;
        Head own = worker.head();
        Forwarding.own(own, answer, body.length, more, worker.date());
        exchange.client.answerHead(own, bodyless);
        if (!bodyless && body.length > 0) {
            exchange.client.answerData(Unpooled.wrappedBuffer(body), body.length);
        }
        sendEnd(null);
    }

    private void sendHead(Head head, boolean bodyless) {
        packing.head(head, bodyless);
        exchange.client.answerHead(head, bodyless);
    }

    private void sendData(ByteBuf data, int many) {
        if (packing.isOn()) {
            bytes += packing.data(data, many, exchange.client);
        } else {
            bytes += many;
            exchange.client.answerData(data, many);
        }
    }

    private void sendEnd(@Nullable Head trailers) {
        exchange.client.answerEnd(trailers);
    }
}
