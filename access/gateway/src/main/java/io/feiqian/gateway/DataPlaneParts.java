package io.feiqian.gateway;

import io.feiqian.balancing.Place;
import io.feiqian.layer7.CellSteering;
import io.feiqian.proxy.spi.Answering;
import io.feiqian.proxy.spi.BackendSource;
import io.feiqian.proxy.spi.Guard;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Telemetry;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What both layers of the way in work with.
 *
 * @param name the gateway's name
 * @param folder where orders are kept; empty for nowhere
 * @param here where it runs
 * @param answering who answers requests of API routes
 * @param guard who judges requests
 * @param cells who knows the cells of requests; null where this gateway knows none
 * @param incoming rules over requests, as the side that serves
 * @param outgoing rules over requests to backends, as the side that calls
 * @param services who knows the instances of services
 * @param telemetry where is counted, traced and raised
 * @param clock the time
 * @param timer for what happens later
 * @param randomness for choices; used by all threads at once
 */
public record DataPlaneParts(
        String name,
        Optional<Path> folder,
        Place here,
        Answering answering,
        Guard guard,
        @Nullable CellSteering cells,
        CallPolicies incoming,
        CallPolicies outgoing,
        BackendSource services,
        Telemetry telemetry,
        Clock clock,
        Timer timer,
        Randomness randomness) {}
