package io.feiqian.layer4;

import io.feiqian.proxy.BackendTls;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.proxy.TlsClient;
import io.feiqian.proxy.TlsContexts;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** TLS towards backends by pool, made when it is first needed. Thread-safe. */
final class BackendTlsClients implements AutoCloseable {
    /** What was made, and from what. */
    private record Made(BackendTls config, TlsClient client) {}

    private final TlsContexts contexts;
    private final Map<String, Made> made = new ConcurrentHashMap<>();

    BackendTlsClients(TlsContexts contexts) {
        this.contexts = contexts;
    }

    /** TLS for this pool, which has some configured. */
    TlsClient of(PoolConfig pool) {
        BackendTls config = pool.tls().orElseThrow();
        Made known = made.get(pool.name());
        if (known == null || !known.config().equals(config)) {
            known =
                    made.compute(
                            pool.name(),
                            (name, before) -> {
                                if (before != null && before.config().equals(config)) {
                                    return before;
                                }
                                if (before != null) {
                                    before.client().close();
                                }
                                return new Made(config, contexts.client(name, config, List.of()));
                            });
        }
        return known.client();
    }

    @Override
    public void close() {
        made.values().forEach(each -> each.client().close());
        made.clear();
    }
}
