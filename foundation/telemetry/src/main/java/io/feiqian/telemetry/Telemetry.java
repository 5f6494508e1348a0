package io.feiqian.telemetry;

import io.feiqian.runtime.Clock;
import io.feiqian.telemetry.spi.AlarmEvents;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The traces, metrics and alarms of one process. Thread-safe; {@link #close} sends what is left.
 */
public final class Telemetry implements AutoCloseable {
    private static final long FLUSH_SECONDS = 2;
    private static final Duration SENT_EVERY = Duration.ofSeconds(1);

    private final SdkTracerProvider provider;
    private final Tracing tracing;
    private final PrometheusMeterRegistry prometheus;
    private final MeterRegistry metrics;
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final AlarmEvents alarms;
    private final SentLogs logs;
    private final RateSampler rate;

    private Telemetry(
            SdkTracerProvider provider,
            boolean recording,
            RateSampler rate,
            TelemetryConfig config,
            SentLogs logs,
            Optional<MeterRegistry> sent) {
        this.provider = provider;
        this.rate = rate;
        this.logs = logs;
        this.tracing = Tracing.with(provider.get("io.feiqian"), recording);
        this.prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        prometheus.config().commonTags("service", config.service(), "instance", config.instance());
        this.metrics = sent.map(this::withPrometheus).orElse(prometheus);
        new JvmMemoryMetrics().bindTo(metrics);
        new JvmThreadMetrics().bindTo(metrics);
        new ProcessorMetrics().bindTo(metrics);
        new UptimeMetrics().bindTo(metrics);
        collections.bindTo(metrics);
        this.alarms = new LoggedAlarms(metrics);
    }

    /** Starts telemetry; an endpoint that does not answer costs spans, never calls. */
    public static Telemetry start(TelemetryConfig config) {
        return config.otlp()
                .map(endpoint -> sending(config, endpoint))
                .orElseGet(() -> numbering(config));
    }

    /** Log lines and the values of meters go where spans go. */
    private static Telemetry sending(TelemetryConfig config, URI endpoint) {
        RateSampler rate = rate(config);
        return new Telemetry(
                exporting(
                        config,
                        rate,
                        OtlpHttpSpanExporter.builder().setEndpoint(endpoint.toString()).build()),
                true,
                rate,
                config,
                SentLogs.attach(endpoint, resource(config), SENT_EVERY),
                SentMeters.registry(endpoint, resource(config), config.metersEvery()));
    }

    private static Telemetry numbering(TelemetryConfig config) {
        return new Telemetry(
                provider(config).addSpanProcessor(new NumbersOnly()).build(),
                false,
                rate(config),
                config,
                SentLogs.NONE,
                Optional.empty());
    }

    /** Starts telemetry whose spans go to this exporter, and nothing else anywhere. */
    static Telemetry exportingTo(TelemetryConfig config, SpanExporter exporter) {
        RateSampler rate = rate(config);
        return new Telemetry(
                exporting(config, rate, exporter),
                true,
                rate,
                config,
                SentLogs.NONE,
                Optional.empty());
    }

    private static SdkTracerProvider exporting(
            TelemetryConfig config, RateSampler rate, SpanExporter exporter) {
        return provider(config)
                .addSpanProcessor(
                        BatchSpanProcessor.builder(exporter).setScheduleDelay(SENT_EVERY).build())
                .setSampler(sampler(config, rate))
                .build();
    }

    /** What is sent names its process once, not in each series. */
    private MeterRegistry withPrometheus(MeterRegistry sent) {
        return new CompositeMeterRegistry().add(prometheus).add(sent);
    }

    private static RateSampler rate(TelemetryConfig config) {
        return new RateSampler(config.tracesPerSecond(), Clock.system());
    }

    private static Sampler sampler(TelemetryConfig config, Sampler begun) {
        return config.edge()
                ? Sampler.parentBasedBuilder(begun).setRemoteParentSampled(begun).build()
                : Sampler.parentBased(begun);
    }

    /** Where spans begin. */
    public Tracing tracing() {
        return tracing;
    }

    /**
     * Records at most so many of the traces that begin here in a second from now on; 0 for all.
     * Matters only where spans are sent somewhere.
     */
    public void recordAtMost(int tracesPerSecond) {
        if (tracesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "traces per second: " + tracesPerSecond + " (expected: >= 0)");
        }
        rate.allow(tracesPerSecond);
    }

    /** Where counters, timers and gauges are registered; names in lower case with dots. */
    public MeterRegistry metrics() {
        return metrics;
    }

    /** Every metric in the text format of Prometheus. */
    public String prometheusText() {
        return prometheus.scrape();
    }

    /** Where alarms are raised. */
    public AlarmEvents alarms() {
        return alarms;
    }

    /**
     * Sends the lines, spans and values that are left, within a few seconds where nobody answers,
     * and stops.
     */
    @Override
    public void close() {
        logs.close();
        provider.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
        collections.close();
        metrics.close();
    }

    private static SdkTracerProviderBuilder provider(TelemetryConfig config) {
        return SdkTracerProvider.builder()
                .setResource(resource(config))
                .setSampler(Sampler.alwaysOff());
    }

    private static Resource resource(TelemetryConfig config) {
        AttributesBuilder process =
                Attributes.builder()
                        .put("service.namespace", "feiqian")
                        .put("service.name", config.service())
                        .put("service.instance.id", config.instance());
        config.cell().ifPresent(cell -> process.put(Tracing.CELL, cell.toString()));
        return Resource.getDefault().merge(Resource.create(process.build()));
    }
}
