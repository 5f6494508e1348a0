package io.feiqian.registryetcd;

import io.feiqian.registry.RegistryEntry;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registration;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An instance's key, held from when it is ready until it leaves. */
final class EtcdRegistration implements Registration {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdRegistration.class);
    private static final Duration READY_LOOK = Duration.ofMillis(100);
    private static final int LEAVE_MILLIS = 2_000;

    private final ServiceInstance instance;
    private final String life;
    private final BooleanSupplier ready;
    private final EtcdKeys keys;
    private final EtcdWorker worker;
    private final Timer timer;
    private final HeldKeys.Held held;
    private final Consumer<EtcdRegistration> onClose;
    private final CompletableFuture<Void> registered = new CompletableFuture<>();
    private final AtomicBoolean leaving = new AtomicBoolean();

    EtcdRegistration(
            ServiceInstance instance,
            String life,
            BooleanSupplier ready,
            EtcdKeys keys,
            EtcdWorker worker,
            Timer timer,
            Consumer<EtcdRegistration> onClose) {
        this.instance = instance;
        this.life = life;
        this.ready = ready;
        this.keys = keys;
        this.worker = worker;
        this.timer = timer;
        this.onClose = onClose;
        this.held =
                new HeldKeys.Held(
                        keys.instance(instance.role(), instance.id()),
                        new RegistryEntry(instance, life).toJson(),
                        () -> {
                            if (registered.complete(null)) {
                                LOG.info("registered {} as {}", instance.id(), instance.address());
                            }
                        });
    }

    void begin() {
        if (leaving.get()) {
            return;
        }
        if (isReady()) {
            worker.hold(all -> {
                if (!leaving.get()) {
                    all.add(held);
                }
            });
        } else {
            timer.after(READY_LOOK, this::begin);
        }
    }

    @Override
    public CompletableFuture<Void> registered() {
        return registered.copy();
    }

    @Override
    public void change(ServiceInstance now) {
        instance.requireSame(now);
        String text = new RegistryEntry(now, life).toJson();
        worker.hold(_ -> held.change(text));
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
            LOG.warn("left without the registry's answer; the lease ends it", late);
        }
    }

    /** Takes the instance out, now or as soon as the registry answers; completes once it is. */
    CompletableFuture<Void> leave() {
        CompletableFuture<Void> left = new CompletableFuture<>();
        if (leaving.getAndSet(true)) {
            left.complete(null);
            return left;
        }
        onClose.accept(this);
        Map<String, String> note = Map.of(keys.departure(instance.role(), instance.id()), life);
        worker.letGo(all -> all.leave(held, note, left));
        return left;
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
