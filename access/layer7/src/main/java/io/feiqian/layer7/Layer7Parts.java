package io.feiqian.layer7;

import io.feiqian.balancing.Place;
import io.feiqian.proxy.BackendAddresses;
import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.BackendPool;
import io.feiqian.proxy.ConnectionGate;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.proxy.TlsContexts;
import io.feiqian.proxy.spi.Answering;
import io.feiqian.proxy.spi.Guard;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the way in of HTTP works with.
 *
 * @param answering who answers requests of API routes
 * @param guard who judges requests
 * @param cells who knows the cells of requests; null where this gateway knows none
 * @param incoming rules over requests, as the side that serves
 * @param outgoing rules over calls of backends, as the side that calls
 * @param shared what it shares with layer 4 where both are in one process
 * @param tracing where spans begin
 * @param metrics where is counted
 * @param clock the time
 * @param timer for requests that a rule holds
 * @param randomness for choices; used by all threads at once
 */
public record Layer7Parts(
        Answering answering,
        Guard guard,
        @Nullable CellSteering cells,
        CallPolicies incoming,
        CallPolicies outgoing,
        Shared shared,
        Tracing tracing,
        MeterRegistry metrics,
        Clock clock,
        Timer timer,
        Randomness randomness) {
    /**
     * What both layers share.
     *
     * @param pools the pool of a configuration
     * @param gate who may connect
     * @param orders what operators ordered
     * @param tls where TLS comes from
     * @param addresses where backends listen that are configured by name
     */
    public record Shared(
            Function<PoolConfig, BackendPool> pools,
            ConnectionGate gate,
            BackendOrders orders,
            TlsContexts tls,
            BackendAddresses addresses) {
        /** Parts of its own, for a layer that is alone. */
        public static Shared alone(
                MeterRegistry metrics, Clock clock, Timer timer, Randomness randomness) {
            BackendOrders orders = new BackendOrders();
            return new Shared(
                    config -> new BackendPool(config, Place.UNKNOWN, clock, randomness),
                    new ConnectionGate(clock, orders, metrics),
                    orders,
                    new TlsContexts(timer, clock, metrics),
                    new BackendAddresses(clock));
        }
    }

    /** Parts of a layer that is alone, without cells and rules. */
    public static Layer7Parts of(
            Answering answering,
            Guard guard,
            Tracing tracing,
            MeterRegistry metrics,
            Clock clock,
            Timer timer,
            Randomness randomness) {
        return new Layer7Parts(
                answering,
                guard,
                null,
                CallPolicies.NONE,
                CallPolicies.NONE,
                Shared.alone(metrics, clock, timer, randomness),
                tracing,
                metrics,
                clock,
                timer,
                randomness);
    }

    /** The same with these cells. */
    public Layer7Parts withCells(CellSteering newCells) {
        return new Layer7Parts(
                answering,
                guard,
                newCells,
                incoming,
                outgoing,
                shared,
                tracing,
                metrics,
                clock,
                timer,
                randomness);
    }

    /** The same with these rules. */
    public Layer7Parts withRules(CallPolicies newIncoming, CallPolicies newOutgoing) {
        return new Layer7Parts(
                answering,
                guard,
                cells,
                newIncoming,
                newOutgoing,
                shared,
                tracing,
                metrics,
                clock,
                timer,
                randomness);
    }
}
