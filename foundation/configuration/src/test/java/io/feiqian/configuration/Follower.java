package io.feiqian.configuration;

import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.registry.ServiceInstance;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A process of a test: follows one document, and reports what is in force in it. */
final class Follower<T extends Record> implements AutoCloseable {
    private final InMemoryRegistry registry;
    private final RegistrySource source;
    private final StandingReport report;
    final Configuration<T> configuration;

    private Follower(
            InMemoryRegistry registry,
            RegistrySource source,
            Configuration<T> configuration,
            StandingReport report) {
        this.registry = registry;
        this.source = source;
        this.configuration = configuration;
        this.report = report;
    }

    static <T extends Record> Follower<T> start(
            InMemoryRegistry registry,
            String id,
            Map<String, String> labels,
            DocumentType<T> type,
            Seal seal,
            Path folder) {
        InMemoryRegistry own = registry.another();
        RegistrySource source = new RegistrySource(own, new Recipient(id, labels));
        Configuration<T> configuration =
                Configuration.follow(type, source, seal, new KeptDocuments(folder));
        ServiceInstance self =
                new ServiceInstance("gateway", Optional.empty(), id, "localhost", 1, labels);
        return new Follower<>(
                own,
                source,
                configuration,
                StandingReport.begin(own, self, List.of(configuration)));
    }

    T value() {
        return configuration.current();
    }

    /** Waits until its standing is so. */
    Standing await(Predicate<Standing> wanted) throws Exception {
        CompletableFuture<Standing> met = new CompletableFuture<>();
        Runnable look =
                () -> {
                    if (wanted.test(configuration.standing())) {
                        met.complete(configuration.standing());
                    }
                };
        configuration.onStanding(look);
        look.run();
        return met.get(10, TimeUnit.SECONDS);
    }

    /** Ends as a crash would, as far as the document is concerned: nothing is written any more. */
    @Override
    public void close() {
        report.close();
        configuration.close();
        source.close();
        registry.close();
    }
}
