package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;

/**
 * Where in a request a key stands: the shard key that says which cell it belongs to, or what a
 * consistent hash goes by.
 *
 * @param from the part of the request
 * @param at where in it: a header's, cookie's or query parameter's name; for {@code PATH} the
 *     number of the segment, from 0; for {@code JSON} a pointer (RFC 6901); for {@code XML} a path
 *     of local names such as {@code /Document/CstmrCdtTrfInitn/PmtInf/DbtrAcct/Id/Othr/Id}; for
 *     {@code FIXED} the first byte and the length, such as {@code 12+19}
 * @param as what stands there
 */
public record KeySource(From from, @ByDefault("\"\"") String at, @ByDefault("ACCOUNT") As as) {
    /** A part of a request. */
    public enum From {
        /** A segment of the path. */
        PATH,
        /** A parameter of the query. */
        QUERY,
        /** A header. */
        HEADER,
        /** A cookie. */
        COOKIE,
        /** A field of a JSON body. */
        JSON,
        /** An element of an XML body, such as an ISO 20022 message. */
        XML,
        /** Bytes of a body whose fields have fixed places. */
        FIXED,
        /** The client's address. */
        CLIENT_IP
    }

    /** What stands there. */
    public enum As {
        /** An account's number, which carries its slot. */
        ACCOUNT,
        /** A customer's number. */
        CUSTOMER,
        /** A slot's number. */
        SLOT,
        /** A trace number, which carries the slot it was placed at. */
        TRACE,
        /** A phone number; the directory knows whose it is. */
        PHONE,
        /** An identity document; the directory knows whose it is. */
        DOCUMENT,
        /** A card's number; the directory knows whose it is. */
        CARD,
        /** Any text; hashed. */
        TEXT,
        /**
         * An identifier that the gateway issued to a request that no cell owned; it carries the
         * cell that it chose, and where to go when that one is down (M6.2-2, M6.3-3).
         */
        FLOW
    }

    /** Refuses a place that is none for this part of a request. */
    public KeySource {
        String expected =
                switch (from) {
                    case PATH -> at.matches("\\d{1,2}") ? "" : "a segment's number from 0";
                    case QUERY, HEADER, COOKIE ->
                            at.matches("[!-~&&[^=;,:]]{1,100}") ? "" : "a name";
                    case JSON ->
                            at.matches("(/[^/]{1,100}){1,20}") ? "" : "a pointer such as /from";
                    case XML ->
                            at.matches("(/[A-Za-z_][A-Za-z0-9_.-]{0,60}){1,20}")
                                    ? ""
                                    : "a path such as /Document/A/B";
                    case FIXED -> at.matches("\\d{1,6}\\+\\d{1,3}") ? "" : "first byte + length";
                    case CLIENT_IP -> at.isEmpty() ? "" : "nothing";
                };
        if (!expected.isEmpty()) {
            throw new IllegalArgumentException(
                    "at: \"%s\" (expected: %s, where from is %s)".formatted(at, expected, from));
        }
    }

    /** Whether the body must have come before the key is known. */
    public boolean isInBody() {
        return from == From.JSON || from == From.XML || from == From.FIXED;
    }
}
