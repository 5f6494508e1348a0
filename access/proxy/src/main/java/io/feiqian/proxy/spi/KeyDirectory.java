package io.feiqian.proxy.spi;

import io.feiqian.proxy.KeySource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The port of who knows whose a phone, an identity document or a card is. Asked on event loops, so
 * it must never block. Thread-safe.
 */
@FunctionalInterface
public interface KeyDirectory {
    /**
     * The number of the customer whose key this is.
     *
     * @param as what the key is: PHONE, DOCUMENT or CARD
     * @param key as it stands in the request
     * @return empty where it is nobody's; fails where that cannot be known now
     */
    CompletableFuture<Optional<String>> customerOf(KeySource.As as, String key);
}
