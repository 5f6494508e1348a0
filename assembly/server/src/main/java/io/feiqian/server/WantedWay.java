package io.feiqian.server;

import io.feiqian.gateway.Gateway;
import io.feiqian.proxy.ProxyConfig;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the way in is to go by: the configuration centre's document, or what the process's own file
 * says while there is none. What comes before the gateway has started is what it starts with.
 * Thread-safe.
 */
final class WantedWay {
    private final ProxyConfig usual;
    private ProxyConfig wanted;
    private Optional<Gateway> gateway = Optional.empty();

    WantedWay(ProxyConfig usual) {
        this.usual = usual;
        this.wanted = usual;
    }

    /**
     * Takes a document; one without listeners stands for none.
     *
     * @throws IllegalStateException where the gateway cannot go by it; then the one before stays
     */
    synchronized void take(ProxyConfig document) {
        ProxyConfig next = document.listeners().isEmpty() ? usual : document;
        if (gateway.isPresent() && !next.equals(wanted)) {
            gateway.get().take(next);
        }
        wanted = next;
    }

    /** Starts the gateway with what is wanted now. */
    synchronized Gateway start(Function<ProxyConfig, Gateway> starting) {
        Gateway started = starting.apply(wanted);
        gateway = Optional.of(started);
        return started;
    }
}
