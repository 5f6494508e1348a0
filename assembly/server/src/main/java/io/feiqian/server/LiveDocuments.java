package io.feiqian.server;

import io.feiqian.configuration.Configuration;
import io.feiqian.configuration.DocumentType;
import io.feiqian.configuration.KeptDocuments;
import io.feiqian.configuration.Recipient;
import io.feiqian.configuration.RegistrySource;
import io.feiqian.configuration.Seal;
import io.feiqian.configuration.Standing;
import io.feiqian.configuration.StandingReport;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.AesPersonalData;
import io.feiqian.security.KeyRing;
import io.feiqian.security.Secrets;
import io.feiqian.telemetry.Alarm;
import io.feiqian.telemetry.Logging;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.vocabulary.CellId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The documents of the configuration centre that a process goes by while it runs, and its report of
 * what is in force. Needs neither registry nor database to start.
 */
final class LiveDocuments implements AutoCloseable {
    private final RegistrySource source;
    private final List<Configuration<?>> followed;
    private final StandingReport report;

    private LiveDocuments(
            RegistrySource source, List<Configuration<?>> followed, StandingReport report) {
        this.source = source;
        this.followed = List.copyOf(followed);
        this.report = report;
    }

    /**
     * Who a process is.
     *
     * @param role such as {@code cell}
     * @param cell the cell it belongs to
     * @param name its name, unique in the system
     * @param host where it listens
     * @param port where it listens
     * @param own further labels by which documents can be given to it
     */
    record Self(
            String role,
            Optional<CellId> cell,
            String name,
            String host,
            int port,
            Map<String, String> own) {
        ServiceInstance instance() {
            Map<String, String> labels = new HashMap<>(own);
            labels.put("role", role);
            cell.ifPresent(each -> labels.put("cell", each.toString()));
            return new ServiceInstance(role, cell, name, host, port, labels);
        }
    }

    /**
     * Who takes the documents that not every process goes by; each refuses one by throwing.
     *
     * @param policies takes the policies of calls
     * @param releases takes the releases
     * @param gateway takes what the way in goes by
     */
    record Takers(
            Optional<Consumer<GovernanceDocument>> policies,
            Optional<Consumer<ReleasesDocument>> releases,
            Optional<Consumer<ProxyConfig>> gateway) {}

    /** Every document there can be, for who keeps their history. */
    static List<DocumentType<?>> types() {
        return List.of(
                TelemetryDocument.type(0),
                GovernanceDocument.type(),
                ReleasesDocument.type(),
                ProxyConfig.type());
    }

    /** What opens the secrets of documents. */
    static Seal seal(Secrets secrets) {
        return Seal.with(new AesPersonalData(KeyRing.obtain(secrets), Randomness.secure()));
    }

    /**
     * Follows the documents, applies what is in force, and reports it.
     *
     * @param tracesPerSecond what the process's file says
     * @param snapshotFile beside it is kept what was in force last
     * @param takers who takes the others
     */
    static LiveDocuments follow(
            Registry registry,
            Self self,
            Telemetry telemetry,
            int tracesPerSecond,
            Path snapshotFile,
            Seal seal,
            Takers takers) {
        ServiceInstance instance = self.instance();
        RegistrySource source =
                new RegistrySource(registry, new Recipient(self.name(), instance.labels()));
        KeptDocuments kept =
                new KeptDocuments(snapshotFile.resolveSibling(self.name() + "-configuration"));
        DocumentType<TelemetryDocument> type = TelemetryDocument.type(tracesPerSecond);
        Configuration<TelemetryDocument> levels = Configuration.follow(type, source, seal, kept);
        levels.apply(now -> {
            // What the process started with needs no setting, and its log may be set up otherwise.
            if (!now.equals(type.defaults()) || levels.standing().revision() > 0) {
                telemetry.recordAtMost(now.tracesPerSecond());
                Logging.adjust(now.logLevel(), now.logLevels());
            }
        });
        List<Configuration<?>> followed = new ArrayList<>(List.of(levels));
        takers.policies()
                .ifPresent(each ->
                        followed.add(taken(GovernanceDocument.type(), each, source, seal, kept)));
        takers.releases()
                .ifPresent(each ->
                        followed.add(taken(ReleasesDocument.type(), each, source, seal, kept)));
        takers.gateway()
                .ifPresent(
                        each -> followed.add(taken(ProxyConfig.type(), each, source, seal, kept)));
        followed.forEach(each -> alarm(each, self, telemetry));
        return new LiveDocuments(
                source, followed, StandingReport.begin(registry, instance, followed));
    }

    private static <T extends Record> Configuration<T> taken(
            DocumentType<T> type,
            Consumer<T> taker,
            RegistrySource source,
            Seal seal,
            KeptDocuments kept) {
        Configuration<T> document = Configuration.follow(type, source, seal, kept);
        document.apply(taker);
        return document;
    }

    private static void alarm(Configuration<?> document, Self self, Telemetry telemetry) {
        document.onRefusal(refused ->
                telemetry
                        .alarms()
                        .raise(
                                Alarm.Severity.WARNING,
                                "configuration-refused",
                                "%s refuses version %d of %s: %s"
                                        .formatted(
                                                self.name(),
                                                refused.version(),
                                                document.standing().document(),
                                                refused.why())));
    }

    /** What is in force of this document; empty where it is not followed. */
    Optional<Standing> standing(String document) {
        return followed.stream()
                .map(Configuration::standing)
                .filter(each -> each.document().equals(document))
                .findFirst();
    }

    @Override
    public void close() {
        report.close();
        followed.forEach(Configuration::close);
        source.close();
    }
}
