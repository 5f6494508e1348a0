package io.feiqian.observatory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.metrics.v1.Summary;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The values of processes' meters are found again: over the wire, in a real database. */
@Timeout(120)
class MetricsTest {
    private static final Instant START = Instant.parse("2026-02-03T04:05:00Z");
    private static final Source CELL = new Source("cell", "cell-3-a", "cell-3");

    private final HttpClient http = HttpClient.newHttpClient();
    private final SimpleMeterRegistry counted = new SimpleMeterRegistry();
    private TemporaryDatabase database;
    private Observatory observatory;
    private ObservatoryReads reads;
    private MetricReads metrics;

    @BeforeEach
    void start() {
        database = TemporaryDatabase.create();
        observatory =
                Observatory.start(
                        new ObservatoryConfig(
                                "127.0.0.1", 0, database.config(), 64L << 20, Duration.ofDays(7)),
                        Clock.system(),
                        counted);
        reads = new ObservatoryReads(database::config);
        metrics = reads.metrics();
    }

    @AfterEach
    void stop() {
        reads.close();
        observatory.close();
        database.close();
    }

    @Requirement("P6.1.4-c.3")
    @Test
    void whatAProcessCountsAndMeasuresArrivesWithItsValuesAndItsName() {
        Instant before = Clock.system().now().minusSeconds(1);
        AtomicInteger level = new AtomicInteger(7);
        try (Telemetry process = Telemetry.start(process())) {
            MeterRegistry meters = process.metrics();
            meters.counter("feiqian.test.refused", "code", "2004", "at", "door").increment(3);
            meters.gauge("feiqian.test.level", level);
            meters.timer("feiqian.test.calls").record(Duration.ofMillis(250));
            meters.timer("feiqian.test.calls").record(Duration.ofMillis(1_500));
            meters.summary("feiqian.test.sizes").record(12);
            assertThat(await(() -> latest("feiqian.test.sizes.count", before), s -> !s.isEmpty()))
                    .hasSize(1);

            level.set(-4);
            meters.counter("feiqian.test.refused", "code", "2004", "at", "door").increment(2);
        }

        MetricSeries refused =
                await(() -> latest("feiqian.test.refused", before), s -> last(s) == 5).getFirst();
        assertThat(refused.from()).isEqualTo(CELL);
        assertThat(refused.labels()).isEqualTo("at=door, code=2004");
        assertThat(refused.last()).isEqualTo(5);
        assertThat(refused.increase()).as("it began within the time").isEqualTo(5);
        MetricSeries measured = latest("feiqian.test.level", before).getFirst();
        assertThat(List.of(measured.first(), measured.last(), measured.least(), measured.most()))
                .containsExactly(7.0, -4.0, -4.0, 7.0);
        assertThat(measured.lastMicros()).isGreaterThan(measured.firstMicros());
        assertThat(last(latest("feiqian.test.calls.count", before))).isEqualTo(2);
        assertThat(last(latest("feiqian.test.calls.sum", before)))
                .as("in seconds")
                .isCloseTo(1.75, within(1e-9));
        assertThat(latest("feiqian.test.calls.max", before).getFirst().most())
                .isCloseTo(1.5, within(1e-9));
        assertThat(last(latest("feiqian.test.sizes.sum", before))).isEqualTo(12);
        assertThat(metrics.names("TEST.c"))
                .containsExactly(
                        "feiqian.test.calls.count",
                        "feiqian.test.calls.max",
                        "feiqian.test.calls.sum");
        assertThat(metrics.names("jvm.")).contains("jvm.memory.used");
        assertThat(metrics.names("%")).isEmpty();
    }

    @Requirement("P6.1.4-c.3")
    @Test
    void aCounterThatBeginsAgainCountsFromNothingAndWhatWasBeforeDoesNotCount() throws Exception {
        Instant old = START.minusSeconds(500);
        send(
                counter("cell-3-a", old, at(-10, 100), at(10, 103), at(20, 110)),
                counter("cell-3-a", START.plusSeconds(25), at(30, 4), at(40, 4), at(50, 6)),
                counter("cell-3-b", START.plusSeconds(15), at(20, 1), at(30, 1)),
                // After a restart it may be further than it ever was.
                counter("cell-3-c", old, at(10, 1)),
                counter("cell-3-c", START.plusSeconds(15), at(20, 5)),
                // Nobody says when it began: only falling tells.
                counter("cell-3-d", Instant.EPOCH, at(10, 9), at(20, 2), at(30, 5)));

        List<MetricSeries> found =
                await(
                        () -> metrics.latest("calls", START, START.plusSeconds(60)),
                        series -> series.size() == 4);

        assertThat(found)
                .extracting(each -> each.from().instance(), MetricSeries::increase)
                .containsExactly(
                        tuple("cell-3-a", 13.0),
                        tuple("cell-3-b", 1.0),
                        tuple("cell-3-c", 5.0),
                        tuple("cell-3-d", 5.0));
        assertThat(found.getFirst())
                .isEqualTo(
                        new MetricSeries(
                                CELL,
                                "",
                                OtlpReader.micros(nanos(START.plusSeconds(10))),
                                103,
                                OtlpReader.micros(nanos(START.plusSeconds(50))),
                                6,
                                4,
                                110,
                                13));
        assertThat(metrics.latest("calls", START.plusSeconds(60), START.plusSeconds(90))).isEmpty();
        assertThat(metrics.points("calls", Optional.of(CELL), START, Instant.MAX))
                .extracting(MetricPoint::value)
                .containsExactly(103.0, 110.0, 4.0, 4.0, 6.0);
        assertThat(metrics.points("calls", Optional.empty(), Instant.MIN, Instant.MAX)).hasSize(13);
    }

    @Test
    void moreThanARequestMayBringIsShedAndCountedAndTheSenderIsTold() throws Exception {
        List<NumberDataPoint.Builder> many = new ArrayList<>();
        for (int i = 0; i < OtlpMetrics.MOST_POINTS + 300; i++) {
            many.add(at(i, i).addAttributes(text("n", "" + i)));
        }
        HttpResponse<byte[]> answer =
                post(
                        request(
                                process(
                                        "cell-3-a",
                                        gauge(
                                                "many",
                                                many.toArray(NumberDataPoint.Builder[]::new)))));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(
                        ExportMetricsServiceResponse.parseFrom(answer.body())
                                .getPartialSuccess()
                                .getRejectedDataPoints())
                .isEqualTo(300);
        assertThat(counted.counter("feiqian.observatory.shed").count()).isEqualTo(300);
        Supplier<List<MetricPoint>> read =
                () -> metrics.points("many", Optional.empty(), START, Instant.MAX);
        assertThat(await(read, points -> !points.isEmpty()))
                .hasSize(OtlpMetrics.MOST_POINTS)
                .first()
                .satisfies(first -> assertThat(first.value()).isZero());
        assertThat(metrics.latest("many", START, Instant.MAX)).hasSize(MetricReads.MOST_SERIES);

        send(process("cell-3-a", gauge("many", at(5_000, 1))));
        assertThat(await(read, points -> points.getLast().value() == 1))
                .as("the newest")
                .hasSize(MetricReads.MOST_POINTS)
                .first()
                .satisfies(first -> assertThat(first.value()).isEqualTo(1));
    }

    @Test
    void whateverASenderSaysIsKeptWithinBoundsAndNothingBreaks() throws Exception {
        String evil = "'; drop table metric; --\t\\N\n\\.\r\u0000" + "x".repeat(100_000);
        Metric.Builder named =
                Metric.newBuilder()
                        .setName(evil)
                        .setSummary(
                                Summary.newBuilder()
                                        .addDataPoints(
                                                SummaryDataPoint.newBuilder()
                                                        .setTimeUnixNano(nanos(START))
                                                        .setCount(-1)
                                                        .setSum(Double.NaN)
                                                        .addQuantileValues(quantile(0.5, 1))
                                                        .addQuantileValues(quantile(1, 8))
                                                        .addAttributes(text("b", "2"))
                                                        .addAttributes(text(evil, evil))
                                                        .addAttributes(text("a", "1"))));
        NumberDataPoint.Builder never = NumberDataPoint.newBuilder().setAsInt(1);
        NumberDataPoint.Builder nothing = at(4, 1).clearValue();
        send(
                process(
                        "cell-3-a",
                        named,
                        gauge("odd", at(1, Double.NaN), at(2, Double.POSITIVE_INFINITY)),
                        gauge("odd", never, nothing, at(3, 1e-300)),
                        Metric.newBuilder().setName("empty")));

        List<MetricPoint> odd =
                await(
                        () -> metrics.points("odd", Optional.empty(), Instant.EPOCH, Instant.MAX),
                        points -> !points.isEmpty());

        assertThat(odd).extracting(MetricPoint::value).containsExactly(1e-300);
        List<String> names = metrics.names("drop TABLE");
        assertThat(names)
                .extracting(each -> each.substring(each.lastIndexOf('.')))
                .containsExactly(".count", ".max");
        assertThat(names)
                .allSatisfy(name -> {
                    assertThat(name).startsWith("'; drop table metric; --\t\\N\n\\.\r?x");
                    assertThat(name.length()).isLessThanOrEqualTo(OtlpReader.LONGEST_NAME);
                });
        assertThat(metrics.points(names.getFirst(), Optional.empty(), START, Instant.MAX))
                .singleElement()
                .satisfies(count -> {
                    assertThat(count.name()).endsWith(".count");
                    assertThat(count.value()).isEqualTo(0x1p64);
                    assertThat(count.labels()).startsWith("'; drop").hasSizeLessThan(1_001);
                });
        assertThat(metrics.points(names.getLast(), Optional.empty(), START, Instant.MAX))
                .singleElement()
                .satisfies(most -> assertThat(most.value()).isEqualTo(8));
    }

    @Test
    void whatIsNotOtlpIsRefusedAndSoIsASearchThatCannotBe() throws Exception {
        assertThat(post(new byte[] {1, 2, 3}).statusCode()).isEqualTo(400);
        assertThat(post(new byte[5 << 20]).statusCode()).isEqualTo(413);
        assertThat(counted.counter("feiqian.observatory.refused").count()).isEqualTo(2);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> metrics.latest("a\0b", START, Instant.MAX))
                .satisfies(
                        refused -> assertThat(refused.code()).isEqualTo(OutcomeCode.INVALID_TEXT));
        try (ObservatoryReads nobody =
                new ObservatoryReads(
                        () -> database.config().withUrl("jdbc:postgresql://127.0.0.1:1/x"))) {
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> nobody.metrics().names(""))
                    .satisfies(refused ->
                            assertThat(refused.code()).isEqualTo(OutcomeCode.DATABASE_UNAVAILABLE));
        }
    }

    private TelemetryConfig process() {
        return TelemetryConfig.local("cell", "cell-3-a")
                .in(new CellId(3))
                .sendingTo(
                        URI.create("http://127.0.0.1:" + observatory.port() + Observatory.TRACES),
                        0)
                .sendingMetersEvery(Duration.ofMillis(100));
    }

    private List<MetricSeries> latest(String name, Instant from) {
        return metrics.latest(name, from, Clock.system().now().plusSeconds(60));
    }

    private static double last(List<MetricSeries> series) {
        return series.isEmpty() ? Double.NaN : series.getFirst().last();
    }

    private static ResourceMetrics counter(
            String instance, Instant began, NumberDataPoint.Builder... points) {
        Sum.Builder sum = Sum.newBuilder().setIsMonotonic(true);
        for (NumberDataPoint.Builder each : points) {
            sum.addDataPoints(each.setStartTimeUnixNano(nanos(began)));
        }
        return process(instance, Metric.newBuilder().setName("calls").setSum(sum));
    }

    private static Metric.Builder gauge(String name, NumberDataPoint.Builder... points) {
        Gauge.Builder gauge = Gauge.newBuilder();
        for (NumberDataPoint.Builder each : points) {
            gauge.addDataPoints(each);
        }
        return Metric.newBuilder().setName(name).setGauge(gauge);
    }

    /** So many seconds after the start. */
    private static NumberDataPoint.Builder at(long seconds, double value) {
        return NumberDataPoint.newBuilder()
                .setTimeUnixNano(nanos(START.plusSeconds(seconds)))
                .setAsDouble(value);
    }

    private static SummaryDataPoint.ValueAtQuantile quantile(double quantile, double value) {
        return SummaryDataPoint.ValueAtQuantile.newBuilder()
                .setQuantile(quantile)
                .setValue(value)
                .build();
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000 + time.getNano();
    }

    private static ResourceMetrics process(String instance, Metric.Builder... metrics) {
        ScopeMetrics.Builder scope = ScopeMetrics.newBuilder();
        for (Metric.Builder each : metrics) {
            scope.addMetrics(each);
        }
        return ResourceMetrics.newBuilder()
                .setResource(
                        Resource.newBuilder()
                                .addAttributes(text("service.name", "cell"))
                                .addAttributes(text("service.instance.id", instance))
                                .addAttributes(text("feiqian.cell", "cell-3")))
                .addScopeMetrics(scope)
                .build();
    }

    private static KeyValue text(String key, String text) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(text))
                .build();
    }

    private static byte[] request(ResourceMetrics... processes) {
        return ExportMetricsServiceRequest.newBuilder()
                .addAllResourceMetrics(List.of(processes))
                .build()
                .toByteArray();
    }

    private void send(ResourceMetrics... processes) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = post(request(processes));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(ExportMetricsServiceResponse.parseFrom(answer.body()).hasPartialSuccess())
                .isFalse();
    }

    private HttpResponse<byte[]> post(byte[] body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:"
                                                + observatory.port()
                                                + Observatory.METRICS))
                        .header("content-type", "application/x-protobuf")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static <T> T await(Supplier<T> read, Predicate<T> wanted) {
        Deadline end = Deadline.after(Duration.ofSeconds(20), Clock.system());
        T found = read.get();
        while (!wanted.test(found) && !end.isExpired()) {
            Thread.onSpinWait();
            found = read.get();
        }
        return found;
    }
}
