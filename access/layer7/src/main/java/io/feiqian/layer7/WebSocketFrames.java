package io.feiqian.layer7;

import io.netty.buffer.ByteBuf;

/**
 * Where frames of WebSocket end that pass through (RFC 6455, 5.2), so that one more can be put
 * between two of them. Looks at bytes without taking them. Not thread-safe.
 */
final class WebSocketFrames {
    /** A frame that says that this end goes away (1001). */
    static final byte[] GOING_AWAY = {(byte) 0x88, 2, 0x03, (byte) 0xE9};

    private static final int SHORT = 126;
    private static final int LONG = 127;
    private static final int MASKED = 0x80;

    /** Bytes of the frame's head that are still to come; of its length, more once it is read. */
    private int head;

    private int lengthBytes;
    private int mask;
    private long length;
    private long left;
    private boolean begun;

    /** So many bytes pass. */
    void pass(ByteBuf data, int many) {
        int at = data.readerIndex();
        int end = at + many;
        while (at < end) {
            if (left > 0) {
                int skipped = (int) Math.min(left, end - at);
                left -= skipped;
                at += skipped;
            } else {
                next(data.getUnsignedByte(at++));
            }
        }
    }

    private void next(int octet) {
        if (!begun) {
            begun = true;
            head = 1;
            return;
        }
        if (head == 1) {
            head = 0;
            int small = octet & 0x7f;
            mask = (octet & MASKED) == 0 ? 0 : 4;
            length = small < SHORT ? small : 0;
            lengthBytes = small == SHORT ? 2 : small == LONG ? 8 : 0;
        } else {
            length = length << 8 | octet;
            lengthBytes--;
        }
        if (lengthBytes == 0) {
            left = Math.max(0, length) + mask;
            begun = false;
        }
    }

    /** Whether no frame is under way. */
    boolean isBetween() {
        return !begun && left == 0;
    }
}
