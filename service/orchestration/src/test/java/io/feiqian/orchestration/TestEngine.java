package io.feiqian.orchestration;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.orchestration.spi.StepService;
import io.feiqian.orchestration.spi.StepServices;
import io.feiqian.runtime.SettableClock;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** An instance of a service with an engine in it; {@link #kill} ends it as a crash would. */
final class TestEngine implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final OrchestrationSettings QUICK =
            OrchestrationSettings.DEFAULT.withLease(Duration.ofMillis(150), Duration.ofMillis(50));

    private static final AtomicLong SERIAL = new AtomicLong();

    final Orchestrations engine;
    final Map<String, StepService> services = new ConcurrentHashMap<>();
    final List<String> alarms = Collections.synchronizedList(new ArrayList<>());
    final SettableClock clock = new SettableClock(NOW);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Timer timer = Timer.system("test-timer");
    private final JdbcOrchestrationStore store;
    private volatile boolean dead;

    TestEngine(HikariDataSource database, String instance) {
        this(database, instance, QUICK);
    }

    TestEngine(HikariDataSource database, String instance, OrchestrationSettings settings) {
        store = JdbcOrchestrationStore.over(database);
        engine =
                Orchestrations.open(
                        instance,
                        store,
                        services(),
                        new Orchestrations.Host(
                                this::execute,
                                timer,
                                clock,
                                (kind, trace, message) -> alarms.add(kind + " " + message)),
                        settings);
    }

    private StepServices services() {
        return name -> java.util.Optional.ofNullable(services.get(name));
    }

    private void execute(Runnable work) {
        if (!dead) {
            threads.execute(() -> {
                if (!dead) {
                    work.run();
                }
            });
        }
    }

    OrchestrationQueries queries() {
        return store.queries();
    }

    /** Whatever was going on goes no further, and no sign of life is given any more. */
    void kill() {
        dead = true;
    }

    @Override
    public void close() {
        engine.close();
        timer.close();
        threads.close();
        store.close();
    }

    static HikariDataSource pool(DatabaseConfig config) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(config.url());
        pool.setUsername(config.user());
        pool.setPassword(config.password());
        pool.setMaximumPoolSize(12);
        return new HikariDataSource(pool);
    }

    static TraceNumber trace() {
        return TraceNumber.of(
                BusinessDate.ofNumber(20260301), new Slot(42), 1, SERIAL.incrementAndGet());
    }

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError(late);
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed.getCause());
        }
    }
}
