package io.feiqian.layer7;

import io.feiqian.proxy.Problem;
import io.feiqian.vocabulary.OutcomeCode;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request: passed on as it comes, or put together first where somebody must see the
 * whole of it, and never more than its route allows. Confined to the exchange's event loop.
 */
final class RequestBody {
    private static final int FIRST = 1_024;
    private static final int MOST_AT_ONCE = 65_536;

    private final Exchange exchange;
    private @Nullable ByteBuf collected;
    private boolean over;
    private boolean passed;
    private long bytes;

    RequestBody(Exchange exchange) {
        this.exchange = exchange;
    }

    void begin(Head head) {
        over = head.bodyLength == 0;
        passed = false;
        bytes = 0;
    }

    /** It is put together before anything else happens. */
    void collect() {
        exchange.phase(Exchange.Phase.COLLECTING);
        Head request = exchange.request();
        long length = request.bodyLength;
        collected =
                Buffers.MEMORY.heapBuffer(
                        length > 0 ? (int) Math.min(length, MOST_AT_ONCE) : FIRST);
        if (request.expectsContinue) {
            continued(request);
        }
    }

    /** The client may send it. */
    private void continued(Head request) {
        request.expectsContinue = false;
        request.dropAll(Known.EXPECT);
        Head go = exchange.worker.head();
        go.answer(100);
        exchange.client.informational(go);
        exchange.client.flush();
    }

    /** So many bytes of it have come. */
    void data(ByteBuf data, int many) {
        bytes += many;
        Tunnel tunnel = exchange.tunnel();
        if (bytes > exchange.plan().bodyBytes && !tunnel.isOpen()) {
            data.skipBytes(many);
            tooLarge(bytes);
            return;
        }
        ByteBuf all = collected;
        if (exchange.phase() == Exchange.Phase.COLLECTING && all != null) {
            all.writeBytes(data, many);
        } else {
            passed = true;
            exchange.attempts().requestData(data, many);
            if (tunnel.isOpen()) {
                tunnel.passes();
            }
        }
    }

    /** That was the whole of it. */
    void end(@Nullable Head trailers) {
        over = true;
        if (exchange.phase() == Exchange.Phase.COLLECTING) {
            exchange.judge(exchange.worker.now());
        } else {
            exchange.attempts().requestEnd(trailers);
        }
    }

    /** It is as long as this, or longer. */
    void tooLarge(long length) {
        if (exchange.reply().isBegun()) {
            exchange.answerBroken("the request's body is too long");
        } else {
            exchange.answer(
                    Problem.answer(
                                    OutcomeCode.BODY_TOO_LARGE,
                                    "body: %d bytes (expected: at most %d)"
                                            .formatted(length, exchange.plan().bodyBytes))
                            .closing());
        }
    }

    /** What is spoken from now on has no end. */
    void goesOn() {
        over = false;
    }

    /** What was put together is wanted no longer. */
    void release() {
        ByteBuf all = collected;
        if (all != null) {
            collected = null;
            all.release();
        }
    }

    /**
     * The whole of it, where it was put together, from index 0 to the writer's, wherever the
     * reader's is; else null.
     */
    @Nullable ByteBuf collected() {
        return collected;
    }

    /** Whether nothing more of it comes. */
    boolean isOver() {
        return over;
    }

    /** Whether anything of it went on without being kept. */
    boolean isPassed() {
        return passed;
    }

    /** How much of it has come. */
    long bytes() {
        return bytes;
    }
}
