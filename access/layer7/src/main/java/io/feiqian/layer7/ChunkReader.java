package io.feiqian.layer7;

import io.feiqian.proxy.HeadBounds;
import io.netty.buffer.ByteBuf;

/**
 * Where the pieces of a chunked body begin and end, strictly: sizes of hexadecimal digits only,
 * extensions read over and bounded, CR LF wherever it must be, trailers bounded like a head. Not
 * thread-safe.
 */
final class ChunkReader {
    private enum At {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS,
        END
    }

    private static final int MOST_DIGITS = 15;
    private static final int MOST_EXTENSION = 256;

    /**
     * The bytes of all extensions of one body, so that they cannot be what the body consists of.
     */
    private static final int MOST_EXTENSIONS = 16_384;

    private final Head trailers = new Head();
    private final HeadParser parser;
    private At at = At.SIZE;
    private long left;
    private int digits;
    private int extension;
    private int extensions;
    private String wrong = "";

    ChunkReader(HeadBounds bounds) {
        this.parser = new HeadParser(HeadParser.Kind.TRAILERS, trailers, bounds);
    }

    void reset() {
        at = At.SIZE;
        left = 0;
        digits = 0;
        extension = 0;
        extensions = 0;
        wrong = "";
        parser.reset();
    }

    Head trailers() {
        return trailers;
    }

    String wrong() {
        return wrong;
    }

    /** Hands the data on that is here; see {@link BodyReader#read}. */
    int read(ByteBuf in, BodyReader.Sink sink) {
        while (in.isReadable()) {
            switch (at) {
                case DATA -> {
                    int many = (int) Math.min(left, in.readableBytes());
                    left -= many;
                    sink.data(in, many);
                    if (left == 0) {
                        at = At.DATA_CR;
                    }
                }
                case TRAILERS -> {
                    int result = parser.parse(in);
                    if (result == HeadParser.FAILED) {
                        return failed("trailers: " + parser.malformed().detail());
                    }
                    if (result == HeadParser.DONE) {
                        at = At.END;
                        return BodyReader.END;
                    }
                }
                case END -> {
                    return BodyReader.END;
                }
                default -> {
                    if (!step(in.readByte())) {
                        return BodyReader.FAILED;
                    }
                }
            }
        }
        return BodyReader.MORE;
    }

    private boolean step(byte c) {
        return switch (at) {
            case SIZE -> size(c);
            case EXTENSION -> extension(c);
            case SIZE_LF -> {
                at = left == 0 ? At.TRAILERS : At.DATA;
                digits = 0;
                extension = 0;
                yield c == '\n' || wrong("chunk: CR alone (expected: CR LF)");
            }
            case DATA_CR -> {
                at = At.DATA_LF;
                yield c == '\r' || wrong("chunk: longer than its size");
            }
            default -> {
                at = At.SIZE;
                yield c == '\n' || wrong("chunk: CR alone (expected: CR LF)");
            }
        };
    }

    private boolean size(byte c) {
        int digit = Character.digit(c, 16);
        if (digit >= 0) {
            left = left * 16 + digit;
            return ++digits <= MOST_DIGITS || wrong("chunk: too long a size");
        }
        if (digits == 0) {
            return wrong("chunk: no size (expected: hexadecimal digits)");
        }
        at = c == '\r' ? At.SIZE_LF : At.EXTENSION;
        return c == '\r' || c == ';' || wrong("chunk: a bad size");
    }

    private boolean extension(byte c) {
        if (c == '\r') {
            at = At.SIZE_LF;
            return true;
        }
        boolean text = c == '\t' || c < 0 || (c >= ' ' && c != 0x7f);
        return (text && ++extension <= MOST_EXTENSION && ++extensions <= MOST_EXTENSIONS)
                || wrong("chunk: a bad or too long extension");
    }

    private boolean wrong(String why) {
        wrong = why;
        return false;
    }

    private int failed(String why) {
        wrong = why;
        return BodyReader.FAILED;
    }
}
