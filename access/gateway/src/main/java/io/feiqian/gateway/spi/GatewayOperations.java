package io.feiqian.gateway.spi;

import io.feiqian.gateway.GatewayStatus;
import io.feiqian.proxy.Network;

/**
 * The port of what operators see and change of a gateway while it runs (P6.1.1-d, P6.1.4-c.4).
 * Orders hold from the moment the method returns, over changes of the configuration and restarts,
 * until they are taken back. Thread-safe; may block on a file.
 */
public interface GatewayOperations {
    /** Everything as it is now. */
    GatewayStatus status();

    /** The document in force as JSON, with every default and without secrets. */
    String document();

    /**
     * Gives a backend another weight than its configuration.
     *
     * @param weight 0 to 10000; negative for what is configured
     * @throws io.feiqian.vocabulary.RefusedException where there is no such backend
     */
    void weigh(String pool, String backend, int weight);

    /**
     * Lets a backend finish what it has and gives it nothing new, or takes that back.
     *
     * @throws io.feiqian.vocabulary.RefusedException where there is no such backend
     */
    void drain(String pool, String backend, boolean drained);

    /**
     * Cuts a backend off, what it has included, or takes that back.
     *
     * @throws io.feiqian.vocabulary.RefusedException where there is no such backend
     */
    void block(String pool, String backend, boolean blocked);

    /** Refuses connections from a network, and cuts those that are there, or takes that back. */
    void block(Network clients, boolean blocked);

    /**
     * Says whether a document could be taken now, without taking it.
     *
     * @return what is wrong; empty for nothing
     */
    String check(String document);
}
