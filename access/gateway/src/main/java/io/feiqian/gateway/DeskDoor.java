package io.feiqian.gateway;

import io.feiqian.layer7.Layer7;
import io.feiqian.layer7.Layer7Parts;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HostPort;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.proxy.Verdict;
import io.feiqian.proxy.spi.Answering;
import io.feiqian.proxy.spi.Guard;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;

/**
 * Where the desk listens: a way in of its own, with one event loop, that no configuration reaches.
 */
public final class DeskDoor implements AutoCloseable {
    private static final String NAME = "desk";

    /** The desk asks for the token itself. */
    private static final Guard OPEN =
            new Guard() {
                @Override
                public boolean isOpen(RouteConfig route) {
                    return true;
                }

                @Override
                public Verdict judge(RouteConfig route, HttpQuestion question, Client client) {
                    return new Verdict.Admitted(Caller.ANYBODY, Map.of());
                }
            };

    private final Transport transport;
    private final Layer7 layer;

    private DeskDoor(Transport transport, Layer7 layer) {
        this.transport = transport;
        this.layer = layer;
    }

    /**
     * Begins to listen.
     *
     * @param at where; port 0 for any that is free
     * @throws IllegalStateException where the address cannot be had
     */
    public static DeskDoor open(Answering desk, HostPort at, Clock clock, Timer timer) {
        ProxyConfig config =
                ProxyConfig.type()
                        .parse(
                                """
                                listeners:
                                  - {name: %1$s, addresses: ["%2$s"], connections: {most: 64}}
                                routes:
                                  - {name: %1$s, api: true, bodyBytes: 4194304}
                                """
                                        .formatted(NAME, at));
        Transport transport = Transport.open(Transport.Kind.EPOLL, 1);
        try {
            return new DeskDoor(
                    transport,
                    Layer7.start(
                            config,
                            Layer7Parts.of(
                                    desk,
                                    OPEN,
                                    Tracing.none(),
                                    new SimpleMeterRegistry(),
                                    clock,
                                    timer,
                                    Randomness.shared(1)),
                            transport));
        } catch (RuntimeException taken) {
            transport.close();
            throw taken;
        }
    }

    /** The port that was really taken. */
    public int port() {
        return layer.port(NAME);
    }

    @Override
    public void close() {
        layer.close();
        transport.close();
    }
}
