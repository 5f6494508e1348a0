package io.feiqian.layer7;

import io.netty.util.AsciiString;
import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * How WebSocket is asked for and agreed to (RFC 6455, and RFC 8441 for HTTP/2). What is spoken then
 * passes through as bytes. Pure functions.
 */
final class WebSockets {
    private static final String NAME = "websocket";
    private static final byte[] ACCEPT = Bytes.ascii("sec-websocket-accept");

    private WebSockets() {}

    /** Whether a request of HTTP/1.1 asks for it; any other upgrade is not passed on. */
    static boolean isAsked(Head request) {
        int upgrade = request.find(Known.UPGRADE);
        return request.verb() == Verb.GET
                && request.bodyLength() == 0
                && upgrade >= 0
                && Requests.isWord(request, upgrade, NAME);
    }

    /** Whether an answer of status 101 agrees to it. */
    static boolean isAgreed(Head answer) {
        int upgrade = answer.find(Known.UPGRADE);
        return answer.upgrades()
                && upgrade >= 0
                && Requests.isWord(answer, upgrade, NAME)
                && answer.find(ACCEPT) >= 0;
    }

    /** Says so to the next hop; what the last one said was for that alone. */
    static void say(Head head) {
        head.addText("upgrade", NAME);
    }

    /**
     * Begins the same request for HTTP/1.1 that HTTP/2 makes by CONNECT; fields follow.
     *
     * @return false where something else is asked for
     */
    static boolean request(
            Head to, CharSequence protocol, CharSequence authority, CharSequence path) {
        if (!AsciiString.contentEqualsIgnoreCase(protocol, NAME)) {
            return false;
        }
        to.request("GET", authority, path);
        to.addText("connection", "upgrade");
        to.addText("upgrade", NAME);
        return true;
    }

    /** A key for a request that has none, since HTTP/2 needs none; it keeps no secret. */
    static void key(Head request, long one, long other) {
        byte[] nonce = ByteBuffer.allocate(16).putLong(one).putLong(other).array();
        request.addText("sec-websocket-key", Base64.getEncoder().encodeToString(nonce));
    }
}
