package io.feiqian.layer7;

import io.feiqian.balancing.Ending;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * What one exchange becomes after an upgrade: bytes pass both ways as they come, for as long as
 * something passes. Confined to the exchange's event loop.
 */
final class Tunnel {
    private final Exchange exchange;
    private @Nullable WebSocketFrames frames;
    private boolean leaving;

    Tunnel(Exchange exchange) {
        this.exchange = exchange;
    }

    void clear() {
        frames = null;
        leaving = false;
    }

    /** Whether this request was upgraded. */
    boolean isOpen() {
        return frames != null;
    }

    /** Whether what was asked for is spoken from now on, as this answer of status 101 says. */
    boolean opens(Head head) {
        if (!exchange.request().upgrades || !WebSockets.isAgreed(head)) {
            return false;
        }
        exchange.becomesTunnel();
        frames = new WebSocketFrames();
        exchange.reply().upgraded(head);
        Forwarding.answer(head, exchange);
        WebSockets.say(head);
        passes();
        exchange.client.upgraded(head);
        exchange.client.flush();
        return true;
    }

    /** Something passes: the two have their time until something does again. */
    void passes() {
        exchange.due(exchange.worker.wheel, exchange.worker.now() + exchange.client.tunnelNanos());
    }

    /** So many bytes are about to pass to the client. */
    void passes(ByteBuf data, int many) {
        WebSocketFrames known = frames;
        if (known != null) {
            known.pass(data, many);
            passes();
        }
    }

    /** Whether it ends with the frame that is under way. */
    boolean isLeaving() {
        return leaving;
    }

    /** The gateway goes: the client is told, as soon as no frame is under way. */
    void leave() {
        WebSocketFrames known = frames;
        if (known == null || exchange.phase() != Exchange.Phase.TUNNEL) {
            return;
        }
        leaving = true;
        if (known.isBetween()) {
            byte[] away = WebSocketFrames.GOING_AWAY;
            exchange.client.answerData(Unpooled.wrappedBuffer(away), away.length);
            over();
        }
    }

    /** Nothing more passes. */
    void over() {
        exchange.attempts().ended(Ending.ANSWERED);
        exchange.attempts().cancel();
        exchange.finish();
        exchange.client.stopRequest();
        exchange.client.answerEnd(null);
    }
}
