package io.feiqian.proxy;

import java.net.InetAddress;
import java.util.List;

/**
 * The parts of a request that a key may stand in, as {@link KeyReader} looks at them. Asked only
 * for what its source needs; used by one thread.
 */
public interface KeyParts {
    /** The verb, such as GET, which says whether it only reads; empty where that is not known. */
    default String verb() {
        return "";
    }

    /** The path, encoded as it came. */
    String path();

    /** What follows the question mark, encoded as it came; empty for none. */
    String query();

    /** All values of a header in their order; none where it is not there. */
    List<String> headers(String lowerCaseName);

    /** The body, whole; empty for none. */
    Body body();

    /** The client's address, as {@link Client} has it. */
    InetAddress client();

    /**
     * Bytes of a body where they lie; not copied and not changed.
     *
     * @param array where they lie
     * @param from the place of the first
     * @param to the place behind the last
     */
    @SuppressWarnings("ArrayRecordComponent") // A view for as long as one reading takes.
    record Body(byte[] array, int from, int to) {
        /** No body. */
        public static final Body NONE = new Body(new byte[0], 0, 0);

        /** Refuses places outside the array. */
        public Body {
            if (from < 0 || from > to || to > array.length) {
                throw new IllegalArgumentException(
                        "body: %d to %d of %d (expected: inside it)"
                                .formatted(from, to, array.length));
            }
        }

        /** All of it. */
        public static Body of(byte[] array) {
            return new Body(array, 0, array.length);
        }

        /** How many bytes there are. */
        public int length() {
            return to - from;
        }
    }

    /** The parts of a whole request. */
    static KeyParts of(HttpQuestion question, InetAddress client) {
        return new KeyParts() {
            @Override
            public String verb() {
                return question.verb();
            }

            @Override
            public String path() {
                return question.path();
            }

            @Override
            public String query() {
                return question.query();
            }

            @Override
            public List<String> headers(String lowerCaseName) {
                return question.headers().getOrDefault(lowerCaseName, List.of());
            }

            @Override
            public Body body() {
                return Body.of(question.body().toByteArray());
            }

            @Override
            public InetAddress client() {
                return client;
            }
        };
    }
}
