package io.feiqian.layer4;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The first message of a TLS client, read only as far as it names the server it wants (SNI, RFC
 * 6066). A pure function over the bytes that have come; whatever records and fragments they came
 * in. What TLS does not allow is no hello.
 */
final class ClientHello {
    /** So many bytes of a hello are looked at; browsers' with post-quantum keys have some 2,000. */
    static final int MOST = 16_384;

    /** What a look at some bytes has found. */
    sealed interface Read {
        /** More bytes are needed. */
        record More() implements Read {}

        /** These bytes are no hello, and no more of them will make one. */
        record Wrong(String why) implements Read {}

        /** A hello; the name in lower case, empty where it names nobody. */
        record Whole(Optional<String> name) implements Read {}
    }

    /** There are fewer bytes than there should be. */
    private static final class TooShort extends Exception {
        private static final long serialVersionUID = 1;

        TooShort() {
            super("short", null, false, false);
        }
    }

    /** The bytes are not as they should be. */
    private static final class Bad extends Exception {
        private static final long serialVersionUID = 1;

        Bad(String why) {
            super(why, null, false, false);
        }
    }

    private static final Read MORE = new Read.More();
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int RECORD_HEAD = 5;
    private static final int MOST_RECORD = 16_384;
    private static final int RANDOM = 32;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;

    private ClientHello() {}

    /**
     * Looks at these bytes. Moves no index.
     *
     * @param in the bytes from the reader's index on
     */
    static Read read(ByteBuf in) {
        ByteBuf message = in.alloc().heapBuffer(512, MOST + RECORD_HEAD);
        try {
            return read(in, message);
        } catch (Bad bad) {
            return new Read.Wrong(String.valueOf(bad.getMessage()));
        } finally {
            message.release();
        }
    }

    /** Puts the handshake message together out of records, as far as they are there. */
    private static Read read(ByteBuf in, ByteBuf message) throws Bad {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (end - at >= 1) {
            if (in.getUnsignedByte(at) != HANDSHAKE) {
                throw new Bad("no TLS handshake");
            }
            if (end - at >= 2 && in.getUnsignedByte(at + 1) != 3) {
                throw new Bad("no version of TLS");
            }
            if (end - at < RECORD_HEAD) {
                return MORE;
            }
            int length = in.getUnsignedShort(at + 3);
            if (length == 0 || length > MOST_RECORD) {
                throw new Bad("record of " + length + " bytes");
            }
            at += RECORD_HEAD;
            int there = Math.min(length, end - at);
            if (message.readableBytes() + there > MOST) {
                throw new Bad("more than " + MOST + " bytes");
            }
            message.writeBytes(in, at, there);
            at += there;
            Read found = hello(message);
            if (!(found instanceof Read.More)) {
                return found;
            }
        }
        return MORE;
    }

    private static Read hello(ByteBuf message) throws Bad {
        int there = message.readableBytes();
        if (there >= 1 && message.getUnsignedByte(0) != CLIENT_HELLO) {
            throw new Bad("no client hello");
        }
        if (there < 4) {
            return MORE;
        }
        int length = message.getUnsignedMedium(1);
        if (length > MOST - 4) {
            throw new Bad("hello of " + length + " bytes");
        }
        if (there < 4 + length) {
            return MORE;
        }
        try {
            return new Read.Whole(name(message.slice(4, length)));
        } catch (TooShort cut) {
            throw new Bad("hello with lengths beyond its end");
        }
    }

    private static Optional<String> name(ByteBuf hello) throws Bad, TooShort {
        var _ = take(hello, 2 + RANDOM);
        var _ = take(hello, number(hello, 1));
        var _ = take(hello, number(hello, 2));
        var _ = take(hello, number(hello, 1));
        if (!hello.isReadable()) {
            return Optional.empty();
        }
        ByteBuf extensions = take(hello, number(hello, 2));
        if (hello.isReadable()) {
            throw new Bad("bytes behind the extensions");
        }
        Optional<String> found = Optional.empty();
        boolean seen = false;
        while (extensions.isReadable()) {
            int type = number(extensions, 2);
            ByteBuf body = take(extensions, number(extensions, 2));
            if (type == SERVER_NAME) {
                if (seen) {
                    throw new Bad("two lists of server names");
                }
                seen = true;
                found = Optional.of(hostName(body));
            }
        }
        return found;
    }

    private static String hostName(ByteBuf body) throws Bad, TooShort {
        ByteBuf list = take(body, number(body, 2));
        if (body.isReadable() || number(list, 1) != HOST_NAME) {
            throw new Bad("no host name");
        }
        ByteBuf bytes = take(list, number(list, 2));
        String name = bytes.toString(StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        if (list.isReadable() || !name.matches("[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?\\.?")) {
            throw new Bad("no host name");
        }
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static int number(ByteBuf from, int bytes) throws TooShort {
        if (from.readableBytes() < bytes) {
            throw new TooShort();
        }
        return bytes == 1 ? from.readUnsignedByte() : from.readUnsignedShort();
    }

    private static ByteBuf take(ByteBuf from, int bytes) throws TooShort {
        if (from.readableBytes() < bytes) {
            throw new TooShort();
        }
        return from.readSlice(bytes);
    }
}
