package io.feiqian.gateway;

import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.security.AdminToken;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The services behind a gateway's API routes.
 *
 * @param clients the way to the cells
 * @param rules what judges each call before it is sent on, as the side that serves
 * @param token the admin token; empty refuses everything that is for operators only
 * @param labels which label a request gets
 * @param routes which method is at which path, now
 */
record ApiParts(
        CellClients clients,
        CallPolicies rules,
        Optional<AdminToken> token,
        EdgeLabels labels,
        Supplier<RouteTable> routes) {}
