package io.feiqian.registrynacos;

import com.alibaba.nacos.api.exception.NacosException;
import io.feiqian.registry.RegistryEntry;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registration;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An instance's place, held from when it is ready until it leaves. */
final class NacosRegistration implements Registration {
    private static final Logger LOG = LoggerFactory.getLogger(NacosRegistration.class);
    private static final Duration READY_LOOK = Duration.ofMillis(100);
    private static final Duration LEFT_LOOK = Duration.ofMillis(50);
    private static final int LEAVE_MILLIS = 2_000;

    private final ServiceInstance instance;

    /** What stands there, or is to; changed as a whole. */
    private volatile RegistryEntry entry;

    private final BooleanSupplier ready;
    private final NacosPlaces places;
    private final Departures departures;
    private final NacosWorker worker;
    private final Timer timer;
    private final Consumer<NacosRegistration> onClose;
    private final CompletableFuture<Void> registered = new CompletableFuture<>();
    private final AtomicBoolean leaving = new AtomicBoolean();

    NacosRegistration(
            RegistryEntry entry,
            BooleanSupplier ready,
            NacosPlaces places,
            Departures departures,
            NacosWorker worker,
            Timer timer,
            Consumer<NacosRegistration> onClose) {
        this.instance = entry.instance();
        this.entry = entry;
        this.ready = ready;
        this.places = places;
        this.departures = departures;
        this.worker = worker;
        this.timer = timer;
        this.onClose = onClose;
    }

    void begin() {
        if (leaving.get()) {
            return;
        }
        if (!isReady()) {
            timer.after(READY_LOOK, this::begin);
            return;
        }
        worker.run(
                "register " + instance.id(),
                link -> {
                    if (leaving.get()) {
                        return;
                    }
                    put(link);
                    if (registered.complete(null)) {
                        LOG.info("registered {} as {}", instance.id(), instance.address());
                    }
                });
    }

    @Override
    public CompletableFuture<Void> registered() {
        return registered.copy();
    }

    @Override
    public void change(ServiceInstance now) {
        instance.requireSame(now);
        entry = new RegistryEntry(now, entry.life());
        worker.run(
                "change " + instance.id(),
                link -> {
                    if (!leaving.get() && registered.isDone()) {
                        put(link);
                    }
                });
    }

    @Override
    public void close() {
        CompletableFuture<Void> left = leave();
        if (!worker.isConnected()) {
            return;
        }
        try {
            left.orTimeout(LEAVE_MILLIS, TimeUnit.MILLISECONDS).join();
        } catch (RuntimeException late) {
            LOG.warn("left without the registry's answer; the end of the connection ends it", late);
        }
    }

    /** Takes the instance out, now or as soon as Nacos answers; completes once it is. */
    CompletableFuture<Void> leave() {
        CompletableFuture<Void> left = new CompletableFuture<>();
        if (leaving.getAndSet(true)) {
            left.complete(null);
            return left;
        }
        onClose.accept(this);
        worker.run(
                "take out " + instance.id(),
                link -> {
                    if (registered.isDone()) {
                        // The note first: who sees the instance gone finds it.
                        departures.note(link, entry);
                    }
                    places.remove(link, instance.role(), instance.id(), NacosPlaces.form(entry));
                    completeOnceOut(link, left);
                });
        return left;
    }

    /** Nacos takes the order, and lists the instance for a moment more to those who ask. */
    private void completeOnceOut(NacosLink link, CompletableFuture<Void> left)
            throws NacosException {
        String role = instance.role();
        boolean listed =
                link.listed(role).stream()
                        .anyMatch(each -> NacosPlaces.parse(role, each).equals(Optional.of(entry)));
        if (listed) {
            timer.after(
                    LEFT_LOOK,
                    () ->
                            worker.run(
                                    "see " + instance.id() + " out",
                                    now -> completeOnceOut(now, left)));
        } else {
            left.complete(null);
        }
    }

    private void put(NacosLink link) throws NacosException {
        places.put(link, instance.role(), instance.id(), NacosPlaces.form(entry));
    }

    private boolean isReady() {
        try {
            return ready.getAsBoolean();
        } catch (RuntimeException fault) {
            LOG.warn("the readiness of {} cannot be told", instance.id(), fault);
            return false;
        }
    }
}
