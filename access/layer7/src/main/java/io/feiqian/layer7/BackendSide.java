package io.feiqian.layer7;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A backend that takes one request, as the {@link Exchange} sees it; the protocol is its own
 * business. Asked on the client's event loop only, where it lives too. Nothing goes out before
 * {@link #flush}. Answers come by {@link Exchange#answerHead} and so on.
 */
public interface BackendSide {
    /**
     * Sends the head of the request: the fields that are not dropped, none of which is for one hop.
     * A body follows where its {@link Head#bodyLength} is not 0.
     */
    void requestHead(Head request);

    /** Sends so many bytes of the body, by copying them or keeping a slice. */
    void requestData(ByteBuf from, int many);

    /** That was the whole request. */
    void requestEnd(@Nullable Head trailers);

    /** Sends what is ready. */
    void flush();

    /** Whether it takes more at the moment; else {@link Exchange#backendWritable} tells when. */
    boolean isWritable();

    /** Whether its answer waits, because the client takes it more slowly. */
    void pause(boolean paused);

    /** The exchange wants nothing of it any more; where it is in the middle, it is broken off. */
    void cancel();
}
