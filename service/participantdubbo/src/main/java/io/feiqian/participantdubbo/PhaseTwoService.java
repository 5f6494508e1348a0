package io.feiqian.participantdubbo;

import java.util.concurrent.CompletableFuture;

/** Phase two as a Dubbo service: a signed message, and the signed answer to it. */
@FunctionalInterface
public interface PhaseTwoService {
    /**
     * Completes with the answer.
     *
     * @throws IllegalStateException what it completes with where the message is refused, as {@link
     *     DubboRefusals} writes it
     */
    CompletableFuture<String> send(String message) throws IllegalStateException;
}
