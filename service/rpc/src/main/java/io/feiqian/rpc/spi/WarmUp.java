package io.feiqian.rpc.spi;

/**
 * What has to be done before a server takes its first call: caches filled, connections opened, code
 * run once (P6.2.2.5-i). May block; bounds its own time.
 */
@FunctionalInterface
public interface WarmUp {
    /** Does it. What it throws keeps the server from listening. */
    void run() throws Exception;
}
