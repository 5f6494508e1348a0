package io.feiqian.server;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.security.Secrets;
import io.feiqian.telemetry.Telemetry;

/**
 * What a gateway is made with, in front of a bank or alone.
 *
 * @param secrets its secrets
 * @param token the operators' token
 * @param telemetry where it counts, traces and raises
 * @param timer for what happens later
 * @param clock the time
 * @param parts what is closed with it
 */
record GatewayMeans(
        Secrets secrets,
        AdminToken token,
        Telemetry telemetry,
        Timer timer,
        Clock clock,
        StopInOrder parts) {}
