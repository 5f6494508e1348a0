package io.feiqian.layer7;

import io.feiqian.balancing.Place;
import io.feiqian.proxy.BackendPool;
import io.feiqian.proxy.PoolConfig;
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
 * @param pools makes the pool of a configuration
 * @param setup what stands before HTTP on connections to a pool's backends
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
        Function<PoolConfig, BackendPool> pools,
        Function<PoolConfig, BackendSetup> setup,
        Tracing tracing,
        MeterRegistry metrics,
        Clock clock,
        Timer timer,
        Randomness randomness) {
    /** Parts without cells, rules or TLS to backends. */
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
                config -> new BackendPool(config, Place.UNKNOWN, clock, randomness),
                config -> BackendSetup.NONE,
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
                pools,
                setup,
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
                pools,
                setup,
                tracing,
                metrics,
                clock,
                timer,
                randomness);
    }

    /** The same with pools made so. */
    public Layer7Parts withPools(
            Function<PoolConfig, BackendPool> newPools,
            Function<PoolConfig, BackendSetup> newSetup) {
        return new Layer7Parts(
                answering,
                guard,
                cells,
                incoming,
                outgoing,
                newPools,
                newSetup,
                tracing,
                metrics,
                clock,
                timer,
                randomness);
    }
}
