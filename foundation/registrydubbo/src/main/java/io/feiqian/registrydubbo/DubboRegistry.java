package io.feiqian.registrydubbo;

import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.common.constants.RegistryConstants;
import org.apache.dubbo.registry.NotifyListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dubbo's registry on ours (S.stack-2), for interfaces. No call waits for the registry or fails for
 * it: a provider is registered when it is reached, and again whenever it is reached anew; consumers
 * are served with what was known last. Consumers are not registered, since the registry itself
 * knows who looks for what; rules that Dubbo's own console writes into a registry are not read.
 * Thread-safe.
 */
public final class DubboRegistry implements org.apache.dubbo.registry.Registry {
    private static final Logger LOG = LoggerFactory.getLogger(DubboRegistry.class);

    private final URL url;
    private final Registry registry;
    private final Duration firstLook;
    private final boolean own;
    private final Map<URL, Registration> places = new ConcurrentHashMap<>();
    private final Map<Look, Subscription> looks = new ConcurrentHashMap<>();
    private final AtomicBoolean left = new AtomicBoolean();
    private final ExecutorService teller =
            Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, "feiqian-registry-dubbo");
                thread.setDaemon(true);
                return thread;
            });

    /** What Dubbo names when it ends a subscription. */
    private record Look(URL consumer, NotifyListener listener) {}

    /**
     * Over this registry, which is closed with it.
     *
     * @param url the address as Dubbo knows it
     * @param firstLook how long a new subscription waits for a provider at most
     */
    public DubboRegistry(URL url, Registry registry, Duration firstLook) {
        this(url, registry, firstLook, true);
    }

    private DubboRegistry(URL url, Registry registry, Duration firstLook, boolean own) {
        this.url = url;
        this.registry = registry;
        this.firstLook = firstLook;
        this.own = own;
    }

    /** Within a registry that others use too, and that stays open. */
    static DubboRegistry within(Registry shared, URL url, Duration firstLook) {
        return new DubboRegistry(url, shared, firstLook, false);
    }

    @Override
    public void register(URL provider) {
        if (isOfProviders(provider) && provider.getPort() > 0 && !left.get()) {
            // Dubbo registers what it has opened already.
            places.computeIfAbsent(
                    provider, each -> registry.register(ProviderForm.instance(each), () -> true));
        }
    }

    /** Returns once it is out, or after two seconds. */
    @Override
    public void unregister(URL provider) {
        Registration place = places.remove(provider);
        if (place != null) {
            place.close();
        }
    }

    @Override
    public void subscribe(URL consumer, NotifyListener listener) {
        if (!isOfProviders(consumer) || left.get()) {
            return;
        }
        if ("*".equals(consumer.getServiceInterface())) {
            LOG.warn("registry: {} looks for every interface, which is not served", consumer);
            return;
        }
        Subscription added = new Subscription(consumer, listener, registry, teller);
        if (looks.putIfAbsent(new Look(consumer, listener), added) == null) {
            // Where the registry is away, nobody is about to become known.
            added.begin(registry.isConnected() ? firstLook : Duration.ZERO);
        }
    }

    @Override
    public void unsubscribe(URL consumer, NotifyListener listener) {
        Subscription ended = looks.remove(new Look(consumer, listener));
        if (ended != null) {
            ended.close();
        }
    }

    @Override
    public List<URL> lookup(URL consumer) {
        return ProviderForm.matching(
                consumer, registry.instances(ProviderForm.role(consumer.getServiceInterface())));
    }

    @Override
    public URL getUrl() {
        return url;
    }

    /** Whether it can be asked, which it always can until it is left. */
    @Override
    public boolean isAvailable() {
        return !left.get();
    }

    @Override
    public void destroy() {
        if (left.compareAndSet(false, true)) {
            looks.values().forEach(Subscription::close);
            looks.clear();
            teller.shutdownNow();
            if (own) {
                registry.close();
            } else {
                places.values().forEach(Registration::close);
            }
            places.clear();
        }
    }

    private static boolean isOfProviders(URL any) {
        String categories = any.getCategory(RegistryConstants.PROVIDERS_CATEGORY);
        return "*".equals(categories)
                || List.of(categories.split(",", -1))
                        .contains(RegistryConstants.PROVIDERS_CATEGORY);
    }
}
