package io.feiqian.layer7;

import io.feiqian.vocabulary.OutcomeCode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a request's head says of the request as a whole: where it ends, whom it is for, what becomes
 * of the connection. Strict; for HTTP/1.1 and HTTP/2 alike. Pure functions.
 */
public final class Requests {
    /** The longest Content-Length, in digits. */
    private static final int DIGITS = 18;

    private Requests() {}

    /** Reads the meaning into the head, and says why it is refused; null where it is not. */
    public static @Nullable Malformed check(Head head) {
        head.verb = Verb.of(head.bytes, head.methodStart, head.methodEnd);
        int hosts = 0;
        int host = -1;
        int lengths = 0;
        int codings = 0;
        boolean close = false;
        boolean keep = false;
        for (int i = 0; i < head.fields(); i++) {
            switch (head.known(i)) {
                case Known.HOST -> {
                    hosts++;
                    host = i;
                }
                case Known.CONTENT_LENGTH -> {
                    lengths++;
                    head.bodyLength = length(head, i);
                    if (head.bodyLength < 0) {
                        return Malformed.of("content-length (expected: digits)");
                    }
                }
                case Known.TRANSFER_ENCODING -> {
                    codings++;
                    if (!isWord(head, i, "chunked")) {
                        return Malformed.of("transfer-encoding (expected: chunked)");
                    }
                }
                case Known.CONNECTION -> {
                    close |= Tokens.has(head, i, Tokens.CLOSE);
                    keep |= Tokens.has(head, i, Tokens.KEEP_ALIVE);
                    head.upgrades |= Tokens.has(head, i, Tokens.UPGRADE);
                }
                case Known.EXPECT -> {
                    if (!isWord(head, i, "100-continue")) {
                        return Malformed.of(417, "expect (expected: 100-continue)");
                    }
                    head.expectsContinue = !head.old;
                }
                default -> {}
            }
        }
        if (lengths > 1) {
            return Malformed.of("content-length: " + lengths + " headers (expected: one)");
        }
        if (codings > 0 && (codings > 1 || lengths > 0 || head.old)) {
            return Malformed.of(
                    "transfer-encoding: twice, or beside content-length, or in HTTP/1.0"
                            + " (expected: chunked, once, alone, in HTTP/1.1)");
        }
        if (codings > 0) {
            head.chunked = true;
            head.bodyLength = Head.UNKNOWN;
        }
        if (hosts > 1 || (hosts == 0 && !head.old)) {
            return Malformed.of("host: " + hosts + " headers (expected: one)");
        }
        head.close = close || (head.old && !keep);
        head.upgrades &= head.find(Known.UPGRADE) >= 0 && !head.old;
        return target(head, host);
    }

    private static @Nullable Malformed target(Head head, int host) {
        if (head.verb == Verb.CONNECT) {
            return new Malformed(
                    405, OutcomeCode.METHOD_NOT_ALLOWED, "CONNECT (expected: another method)");
        }
        if (host >= 0) {
            head.authorityStart = head.valueStart(host);
            head.authorityEnd = head.valueEnd(host);
        }
        byte[] all = head.bytes;
        int from = head.targetStart;
        boolean asterisk = all[from] == '*' && head.targetEnd == from + 1;
        if (asterisk && head.verb == Verb.OPTIONS) {
            head.queryStart = head.targetEnd;
            head.routeStart = from;
            head.routeEnd = head.targetEnd;
            return authority(head);
        }
        if (all[from] != '/') {
            Malformed wrong = absolute(head, host);
            if (wrong != null) {
                return wrong;
            }
        }
        Malformed wrong = authority(head);
        return wrong != null ? wrong : Paths.check(head);
    }

    /** The form that proxies send: its authority counts, whatever Host says (RFC 9112, 3.2.2). */
    private static @Nullable Malformed absolute(Head head, int host) {
        byte[] all = head.bytes;
        int from = head.targetStart;
        int to = head.targetEnd;
        int behind = schemeEnd(all, from, to);
        if (behind < 0) {
            return Malformed.of("target (expected: /path)");
        }
        int slash = behind;
        while (slash < to && all[slash] != '/' && all[slash] != '?') {
            slash++;
        }
        if (slash == behind || (slash < to && all[slash] == '?')) {
            return Malformed.of("target: no host or no path (expected: http://host/path)");
        }
        head.authorityStart = behind;
        head.authorityEnd = slash;
        if (slash == to) {
            head.targetStart = head.length;
            head.targetEnd = head.append("/");
        } else {
            head.targetStart = slash;
        }
        if (host >= 0) {
            head.drop(host);
        }
        head.addText("host", head.text(head.authorityStart, head.authorityEnd));
        return null;
    }

    private static int schemeEnd(byte[] all, int from, int to) {
        for (String scheme : new String[] {"http://", "https://"}) {
            if (to - from > scheme.length()
                    && equalsIgnoreCase(all, from, from + scheme.length(), scheme)) {
                return from + scheme.length();
            }
        }
        return -1;
    }

    private static @Nullable Malformed authority(Head head) {
        for (int i = head.authorityStart; i < head.authorityEnd; i++) {
            byte c = head.bytes[i];
            boolean right =
                    (c >= '0' && c <= '9')
                            || (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || "-._~:[]%!$&'()*+;=".indexOf(c) >= 0;
            if (!right) {
                return Malformed.of("host (expected: a name or an address, perhaps a port)");
            }
        }
        if (head.authorityStart == head.authorityEnd && !head.old) {
            return Malformed.of("host: empty (expected: a name or an address)");
        }
        return null;
    }

    /** A length of digits only; -1 for anything else. */
    static long length(Head head, int field) {
        int from = head.valueStart(field);
        int to = head.valueEnd(field);
        if (to == from || to - from > DIGITS) {
            return -1;
        }
        long length = 0;
        for (int i = from; i < to; i++) {
            int digit = head.bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            length = length * 10 + digit;
        }
        return length;
    }

    static boolean isWord(Head head, int field, String lowerCase) {
        return equalsIgnoreCase(
                head.bytes, head.valueStart(field), head.valueEnd(field), lowerCase);
    }

    private static boolean equalsIgnoreCase(byte[] all, int from, int to, String lowerCase) {
        if (to - from != lowerCase.length()) {
            return false;
        }
        for (int i = from; i < to; i++) {
            int c = all[i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lowerCase.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }

    /** Names in lists such as those of Connection. */
    static final class Tokens {
        static final byte[] CLOSE = {'c', 'l', 'o', 's', 'e'};
        static final byte[] KEEP_ALIVE = {'k', 'e', 'e', 'p', '-', 'a', 'l', 'i', 'v', 'e'};
        static final byte[] UPGRADE = {'u', 'p', 'g', 'r', 'a', 'd', 'e'};

        private Tokens() {}

        /** Whether a list has this name. */
        static boolean has(Head head, int field, byte[] lowerCase) {
            byte[] all = head.bytes;
            int to = head.valueEnd(field);
            int from = head.valueStart(field);
            while (from < to) {
                int stop = from;
                while (stop < to && all[stop] != ',') {
                    stop++;
                }
                int last = stop;
                while (from < last && (all[from] == ' ' || all[from] == '\t')) {
                    from++;
                }
                while (last > from && (all[last - 1] == ' ' || all[last - 1] == '\t')) {
                    last--;
                }
                if (last - from == lowerCase.length && same(all, from, lowerCase)) {
                    return true;
                }
                from = stop + 1;
            }
            return false;
        }

        private static boolean same(byte[] all, int from, byte[] lowerCase) {
            for (int i = 0; i < lowerCase.length; i++) {
                int c = all[from + i];
                if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lowerCase[i]) {
                    return false;
                }
            }
            return true;
        }

        /** Drops the fields that a Connection field names, as far as they are for one hop. */
        static void dropNamed(Head head, int connection) {
            for (int i = 0; i < head.fields(); i++) {
                if (head.isDropped(i) || isForTheEnd(head.known(i))) {
                    continue;
                }
                byte[] name = Arrays.copyOfRange(head.bytes, head.nameStart(i), head.nameEnd(i));
                if (has(head, connection, name)) {
                    head.drop(i);
                }
            }
        }

        /** What nobody may have dropped by naming it. */
        private static boolean isForTheEnd(int known) {
            return switch (known) {
                case Known.HOST,
                        Known.CONTENT_LENGTH,
                        Known.COOKIE,
                        Known.AUTHORIZATION,
                        Known.X_FORWARDED_FOR,
                        Known.X_FORWARDED_PROTO,
                        Known.X_FORWARDED_HOST,
                        Known.FORWARDED,
                        Known.TRACEPARENT,
                        Known.TRACE_NUMBER ->
                        true;
                default -> false;
            };
        }

        /** Whether it says more than close, keep-alive or upgrade. */
        static boolean namesFields(Head head, int field) {
            int length = head.valueEnd(field) - head.valueStart(field);
            return !(length == 0
                    || isWord(head, field, "close")
                    || isWord(head, field, "keep-alive")
                    || isWord(head, field, "upgrade"));
        }
    }
}
