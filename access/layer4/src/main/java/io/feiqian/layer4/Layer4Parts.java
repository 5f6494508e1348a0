package io.feiqian.layer4;

import io.feiqian.proxy.BackendAddresses;
import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.BackendPools;
import io.feiqian.proxy.ConnectionGate;
import io.feiqian.proxy.TlsContexts;
import io.feiqian.proxy.Transport;
import io.feiqian.runtime.Clock;

/**
 * What layer 4 works with; shared with layer 7 where both are in one process.
 *
 * @param transport sockets and event loops
 * @param pools the backends
 * @param addresses where backends listen whose names must be looked up
 * @param gate who may connect
 * @param orders what operators ordered
 * @param tls where TLS comes from
 * @param clock the time
 */
public record Layer4Parts(
        Transport transport,
        BackendPools pools,
        BackendAddresses addresses,
        ConnectionGate gate,
        BackendOrders orders,
        TlsContexts tls,
        Clock clock) {}
