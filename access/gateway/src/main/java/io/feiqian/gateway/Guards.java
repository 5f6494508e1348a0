package io.feiqian.gateway;

import io.feiqian.proxy.AccessConfig;
import io.feiqian.proxy.AuthenticatorConfig;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Problem;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.Verdict;
import io.feiqian.proxy.spi.Guard;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges requests by what their routes are configured with: who asks (certificate, token,
 * signature), who may, from where, and which pages of other origins (B6.2-b, P6.2.2.2-g, S.gw-6).
 *
 * <p>Keys of issuers and nonces that were used outlive a change of the configuration. Never blocks;
 * a fault of its own refuses the request. Thread-safe.
 */
public final class Guards implements Guard, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Guards.class);

    private final Clock clock;
    private final Timer timer;
    private final MeterRegistry metrics;
    private final Map<String, RouteGuard> routes = new ConcurrentHashMap<>();
    private final Map<OutcomeCode, Counter> refusals = new ConcurrentHashMap<>();

    /** Both guarded by this. */
    private final Map<URI, JwtKeys> keys = new HashMap<>();

    private final Map<String, Nonces> nonces = new HashMap<>();
    private volatile Map<String, Authenticator> authenticators = Map.of();

    /**
     * Knows nobody yet.
     *
     * @param timer by which keys are read again
     */
    public Guards(Clock clock, Timer timer, MeterRegistry metrics) {
        this.clock = clock;
        this.timer = timer;
        this.metrics = metrics;
    }

    /** Goes by these authenticators from now on, all at once. */
    public synchronized void apply(Map<String, AuthenticatorConfig> configured) {
        Map<String, Authenticator> made = new HashMap<>();
        Set<URI> used = new HashSet<>();
        configured.forEach((name, config) -> {
            config.certificate()
                    .ifPresent(proof -> made.put(name, new CertificateAuthenticator(proof, clock)));
            config.jwt()
                    .ifPresent(proof -> {
                        used.add(proof.keys());
                        JwtKeys of =
                                keys.computeIfAbsent(
                                        proof.keys(), where -> new JwtKeys(where, clock, timer));
                        made.put(name, new JwtAuthenticator(proof, of, clock));
                    });
            config.signature()
                    .ifPresent(proof -> {
                        Nonces of = nonces.computeIfAbsent(name, each -> new Nonces(clock.now()));
                        made.put(name, new SignatureAuthenticator(proof, of, clock));
                    });
        });
        authenticators = Map.copyOf(made);
        routes.clear();
        nonces.keySet().retainAll(configured.keySet());
        Set<URI> unused = new HashSet<>(keys.keySet());
        unused.removeAll(used);
        unused.forEach(each -> {
            JwtKeys gone = keys.remove(each);
            if (gone != null) {
                gone.close();
            }
        });
    }

    @Override
    public boolean isOpen(RouteConfig route) {
        return route.authentication().isEmpty()
                && route.access().equals(AccessConfig.ANYBODY)
                && route.cors().isEmpty();
    }

    @Override
    public boolean wantsBody(RouteConfig route) {
        return guard(route).wantsBody();
    }

    @Override
    public Verdict judge(RouteConfig route, HttpQuestion question, Client client) {
        try {
            return guard(route).judge(question, client);
        } catch (RuntimeException fault) {
            LOG.error("a fault while judging a request of route {}", route.name(), fault);
            count(OutcomeCode.INTERNAL_ERROR);
            return new Verdict.Answered(
                    Problem.answer(OutcomeCode.INTERNAL_ERROR, "a fault of the gateway"));
        }
    }

    private RouteGuard guard(RouteConfig route) {
        Map<String, Authenticator> now = authenticators;
        RouteGuard known = routes.get(route.name());
        if (known != null && known.isFor(route, now)) {
            return known;
        }
        RouteGuard made = RouteGuard.of(route, now, this::count);
        routes.put(route.name(), made);
        return made;
    }

    private void count(OutcomeCode code) {
        refusals.computeIfAbsent(
                        code,
                        each ->
                                Counter.builder("feiqian.gateway.guard.refusals")
                                        .description("Requests that a guard refused, by code")
                                        .tag("code", each.name())
                                        .register(metrics))
                .increment();
    }

    @Override
    public synchronized void close() {
        keys.values().forEach(JwtKeys::close);
        keys.clear();
    }
}
