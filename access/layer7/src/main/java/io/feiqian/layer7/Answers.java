package io.feiqian.layer7;

import org.jspecify.annotations.Nullable;

/**
 * What an answer's head says of the answer as a whole: where it ends and whether the connection can
 * be used again. Strict, since whoever can smuggle an answer can answer another's request.
 */
public final class Answers {
    private Answers() {}

    /** Reads the meaning into the head, and says why it is refused; null where it is not. */
    public static @Nullable Malformed check(Head head) {
        int lengths = 0;
        int codings = 0;
        boolean close = false;
        boolean keep = false;
        head.bodyLength = Head.UNKNOWN;
        for (int i = 0; i < head.fields(); i++) {
            switch (head.known(i)) {
                case Known.CONTENT_LENGTH -> {
                    lengths++;
                    head.bodyLength = Requests.length(head, i);
                    if (head.bodyLength < 0) {
                        return Malformed.of("content-length (expected: digits)");
                    }
                }
                case Known.TRANSFER_ENCODING -> {
                    codings++;
                    if (!Requests.isWord(head, i, "chunked")) {
                        return Malformed.of("transfer-encoding (expected: chunked)");
                    }
                }
                case Known.CONNECTION -> {
                    close |= Requests.Tokens.has(head, i, Requests.Tokens.CLOSE);
                    keep |= Requests.Tokens.has(head, i, Requests.Tokens.KEEP_ALIVE);
                    head.upgrades |= Requests.Tokens.has(head, i, Requests.Tokens.UPGRADE);
                }
                default -> {}
            }
        }
        if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0)) {
            return Malformed.of("content-length, transfer-encoding: several (expected: one)");
        }
        head.chunked = codings > 0;
        head.close = close || (head.old && !keep);
        if (isBodyless(head.status)) {
            if (codings > 0 && head.status != 304) {
                return Malformed.of("transfer-encoding beside a status that has no body");
            }
            head.chunked = false;
            head.bodyLength = 0;
        }
        return null;
    }

    /** Whether answers of this status never have a body. */
    static boolean isBodyless(int status) {
        return status < 200 || status == 204 || status == 304;
    }
}
