package io.feiqian.telemetry;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.ipc.http.HttpUrlConnectionSender;
import io.micrometer.registry.otlp.AggregationTemporality;
import io.micrometer.registry.otlp.CompressionMode;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpHttpMetricsSender;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import io.micrometer.registry.otlp.OtlpMetricsSender;
import io.opentelemetry.sdk.resources.Resource;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the values of the process's meters to where its spans go: all of them in one compressed
 * request each time, and once more at the end. Counts grow from the start of the process on
 * (cumulative), times are in seconds as in the text for Prometheus. A place that does not answer
 * costs a log line for as long as that lasts.
 */
final class SentMeters {
    private static final Logger LOG = LoggerFactory.getLogger(SentMeters.class);
    private static final String METRICS = "/v1/metrics";
    private static final String SDK = "telemetry.sdk.";
    private static final int LONGEST = 200;
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(2);

    private SentMeters() {}

    /**
     * A registry that sends what is in it, on one daemon thread, until it is closed; none where the
     * address is not that of a whole OTLP receiver.
     */
    static Optional<MeterRegistry> registry(URI traces, Resource process, Duration every) {
        return OtlpReceiver.beside(traces, METRICS)
                .map(address ->
                        OtlpMeterRegistry.builder(new Settings(address, every, names(process)))
                                .clock(Clock.SYSTEM)
                                .threadFactory(
                                        Thread.ofPlatform().name("sent-meters").daemon()::unstarted)
                                .metricsSender(
                                        new Patient(
                                                new OtlpHttpMetricsSender(
                                                        new HttpUrlConnectionSender(
                                                                CONNECT, ANSWER))))
                                .build());
    }

    private static Map<String, String> names(Resource process) {
        Map<String, String> names = new TreeMap<>();
        process.getAttributes()
                .forEach((key, value) -> names.put(key.getKey(), String.valueOf(value)));
        // The registry says of itself what it is made of.
        names.keySet().removeIf(name -> name.startsWith(SDK));
        return names;
    }

    /** Complains once for as long as it lasts. One thread at a time. */
    private static final class Patient implements OtlpMetricsSender {
        private final OtlpMetricsSender sender;
        private boolean failing;

        Patient(OtlpMetricsSender sender) {
            this.sender = sender;
        }

        @Override
        public synchronized void send(Request request) {
            try {
                sender.send(request);
                if (failing) {
                    LOG.info("meters are sent again to {}", request.getAddress());
                    failing = false;
                }
            } catch (Exception failed) {
                if (!failing) {
                    LOG.warn(
                            "meters are not sent to {}: {}",
                            request.getAddress(),
                            cut(String.valueOf(failed.getMessage())));
                    failing = true;
                }
            }
        }

        /** Whoever answered may have said a lot. */
        private static String cut(String said) {
            return said.length() <= LONGEST ? said : said.substring(0, LONGEST);
        }
    }

    /** Nothing of it comes from the environment. */
    private record Settings(String url, Duration step, Map<String, String> resourceAttributes)
            implements OtlpConfig {
        @Override
        public @Nullable String get(String key) {
            return null;
        }

        @Override
        public Map<String, String> headers() {
            return Map.of();
        }

        @Override
        public CompressionMode compressionMode() {
            return CompressionMode.GZIP;
        }

        @Override
        public AggregationTemporality aggregationTemporality() {
            return AggregationTemporality.CUMULATIVE;
        }

        @Override
        public TimeUnit baseTimeUnit() {
            return TimeUnit.SECONDS;
        }
    }
}
