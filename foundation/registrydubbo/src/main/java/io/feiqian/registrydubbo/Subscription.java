package io.feiqian.registrydubbo;

import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.registry.NotifyListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer's look for one interface. Dubbo connects to providers while it is told of them, so it
 * is told on a thread of its own, of what is so at that moment: changes that come meanwhile are
 * one. An empty list never replaces one that was not: Dubbo would forbid every call and drop its
 * connections, though a provider may be back at the same address in a moment.
 */
final class Subscription implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);

    private final URL consumer;
    private final NotifyListener listener;
    private final Registry registry;
    private final Executor executor;
    private final String role;
    private final AtomicBoolean due = new AtomicBoolean();
    private final CompletableFuture<Void> found = new CompletableFuture<>();
    private Runnable end = () -> {};
    private List<URL> told = List.of();
    private boolean over;

    Subscription(URL consumer, NotifyListener listener, Registry registry, Executor executor) {
        this.consumer = consumer;
        this.listener = listener;
        this.registry = registry;
        this.executor = executor;
        this.role = ProviderForm.role(consumer.getServiceInterface());
    }

    /** Begins; where nobody is known yet, returns after so long at most. */
    void begin(Duration firstLook) {
        end = registry.watchInstances(role, this::changed);
        found.completeOnTimeout(null, firstLook.toMillis(), TimeUnit.MILLISECONDS).join();
        tell();
    }

    @Override
    public void close() {
        end.run();
        synchronized (this) {
            over = true;
        }
    }

    private void changed(List<ServiceInstance> now) {
        if (!now.isEmpty()) {
            found.complete(null);
        }
        if (due.compareAndSet(false, true)) {
            try {
                executor.execute(() -> {
                    due.set(false);
                    tell();
                });
            } catch (RejectedExecutionException closed) {
                LOG.debug("the registry is left; {} is not told any more", consumer);
            }
        }
    }

    private synchronized void tell() {
        if (over) {
            return;
        }
        List<URL> now = ProviderForm.matching(consumer, registry.instances(role));
        if (now.isEmpty()) {
            if (!told.isEmpty()) {
                LOG.warn(
                        "registry: nobody provides {} any more; the last known are kept",
                        consumer.getServiceKey());
            }
            return;
        }
        if (now.equals(told)) {
            return;
        }
        try {
            listener.notify(now);
            told = now;
        } catch (RuntimeException fault) {
            LOG.error("Dubbo did not take who provides {}", consumer.getServiceKey(), fault);
        }
    }
}
