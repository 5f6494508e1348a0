package io.feiqian.layer7;

import io.feiqian.proxy.Client;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Whoever sent a request, as its {@link Exchange} sees it; the protocol is its own business. Asked
 * on its event loop only. Nothing goes out before {@link #flush}.
 */
public interface ClientSide {
    /** Who it is. */
    Client client();

    /** Sends an interim answer (1xx) on; 101 never. */
    void informational(Head answer);

    /**
     * Sends the head of the answer: the fields that are not dropped, none of which is for one hop.
     *
     * @param answer with its {@link Head#bodyLength body length}
     * @param bodyless whether no body follows, whatever the fields say: HEAD, 204, 304
     */
    void answerHead(Head answer, boolean bodyless);

    /**
     * Agrees to speak what was asked for; bytes pass both ways from now on.
     *
     * @param answer the answer of status 101, as HTTP/1.1 has it
     */
    void upgraded(Head answer);

    /** How long nothing may pass after that, nanoseconds. */
    long tunnelNanos();

    /** Sends so many bytes of the answer's body, by copying them or keeping a slice. */
    void answerData(ByteBuf from, int many);

    /** That was the whole answer. */
    void answerEnd(@Nullable Head trailers);

    /** The answer broke off; the client must not take what it has for the whole. */
    void answerBroken();

    /** Sends what is ready. */
    void flush();

    /** Whether it takes more at the moment; else {@link Exchange#clientWritable} tells when. */
    boolean isWritable();

    /** The exchange takes body data again. */
    void resumeRequest();

    /** No more of the request is wanted; what comes of it is thrown away, and nothing follows. */
    void stopRequest();
}
