package io.feiqian.observatory;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads metrics of OTLP as plain values: a distribution becomes its count, its sum and, where it is
 * given, its greatest value. So many values of a request are kept and the others counted; what is
 * no finite number or of no time is left out. One thread, one request.
 */
final class OtlpMetrics {
    /** The most values of a request that are kept. */
    static final int MOST_POINTS = 2_000;

    static final int LONGEST_LABELS = 1_000;
    private static final String COUNT = ".count";
    private static final String SUM = ".sum";
    private static final String MAX = ".max";
    private static final int LONGEST_BASE = OtlpReader.LONGEST_NAME - COUNT.length();

    private final List<MetricPoint> points = new ArrayList<>();
    private int left;

    private OtlpMetrics() {}

    /** What a data point of any kind says; times in nanoseconds. */
    private record Moment(Source from, List<KeyValue> labels, long began, long at) {}

    /** A number that a data point brings, and whether it only grows. */
    private record Value(String name, boolean counts, double value) {}

    /** Reads a request with metrics. */
    static Arrived read(byte[] request) throws InvalidProtocolBufferException {
        OtlpMetrics reading = new OtlpMetrics();
        for (ResourceMetrics process :
                ExportMetricsServiceRequest.parseFrom(request).getResourceMetricsList()) {
            Source from = OtlpReader.source(process.getResource());
            for (ScopeMetrics scope : process.getScopeMetricsList()) {
                scope.getMetricsList().forEach(metric -> reading.read(metric, from));
            }
        }
        return Arrived.ofPoints(reading.points, reading.left, request.length);
    }

    private void read(Metric metric, Source from) {
        String name = metric.getName();
        switch (metric.getDataCase()) {
            case GAUGE ->
                    metric.getGauge()
                            .getDataPointsList()
                            .forEach(it -> number(name, from, false, it));
            case SUM -> {
                boolean counts = metric.getSum().getIsMonotonic();
                metric.getSum().getDataPointsList().forEach(it -> number(name, from, counts, it));
            }
            case HISTOGRAM -> histograms(metric, from);
            case EXPONENTIAL_HISTOGRAM -> exponentialHistograms(metric, from);
            case SUMMARY -> summaries(metric, from);
            case DATA_NOT_SET -> {}
        }
    }

    private void number(String name, Source from, boolean counts, NumberDataPoint it) {
        double value =
                switch (it.getValueCase()) {
                    case AS_DOUBLE -> it.getAsDouble();
                    case AS_INT -> it.getAsInt();
                    case VALUE_NOT_SET -> Double.NaN;
                };
        add(
                new Moment(
                        from,
                        it.getAttributesList(),
                        it.getStartTimeUnixNano(),
                        it.getTimeUnixNano()),
                new Value(OtlpReader.text(name, OtlpReader.LONGEST_NAME), counts, value));
    }

    private void histograms(Metric metric, Source from) {
        metric.getHistogram()
                .getDataPointsList()
                .forEach(it ->
                        distribution(
                                metric.getName(),
                                new Moment(
                                        from,
                                        it.getAttributesList(),
                                        it.getStartTimeUnixNano(),
                                        it.getTimeUnixNano()),
                                it.getCount(),
                                it.hasSum() ? it.getSum() : Double.NaN,
                                it.hasMax() ? it.getMax() : Double.NaN));
    }

    private void exponentialHistograms(Metric metric, Source from) {
        metric.getExponentialHistogram()
                .getDataPointsList()
                .forEach(it ->
                        distribution(
                                metric.getName(),
                                new Moment(
                                        from,
                                        it.getAttributesList(),
                                        it.getStartTimeUnixNano(),
                                        it.getTimeUnixNano()),
                                it.getCount(),
                                it.hasSum() ? it.getSum() : Double.NaN,
                                it.hasMax() ? it.getMax() : Double.NaN));
    }

    private void summaries(Metric metric, Source from) {
        metric.getSummary()
                .getDataPointsList()
                .forEach(it ->
                        distribution(
                                metric.getName(),
                                new Moment(
                                        from,
                                        it.getAttributesList(),
                                        it.getStartTimeUnixNano(),
                                        it.getTimeUnixNano()),
                                it.getCount(),
                                it.getSum(),
                                greatest(it)));
    }

    /** The quantile 1 is the greatest value. */
    private static double greatest(SummaryDataPoint summary) {
        return summary.getQuantileValuesList().stream()
                .filter(each -> each.getQuantile() == 1.0)
                .mapToDouble(SummaryDataPoint.ValueAtQuantile::getValue)
                .findFirst()
                .orElse(Double.NaN);
    }

    private void distribution(String name, Moment moment, long count, double sum, double max) {
        String base = OtlpReader.text(name, LONGEST_BASE);
        // OTLP counts without a sign.
        double unsigned = (count >>> 1) * 2.0 + (count & 1);
        add(
                moment,
                new Value(base + COUNT, true, unsigned),
                new Value(base + SUM, true, sum),
                new Value(base + MAX, false, max));
    }

    /** All of them, or none where there is no room for all. */
    private void add(Moment moment, Value... values) {
        List<Value> usable =
                Arrays.stream(values).filter(each -> Double.isFinite(each.value())).toList();
        if (moment.at() == 0 || usable.isEmpty()) {
            return;
        }
        if (points.size() + usable.size() > MOST_POINTS) {
            left += usable.size();
            return;
        }
        String labels = labels(moment.labels());
        for (Value each : usable) {
            points.add(
                    new MetricPoint(
                            OtlpReader.micros(moment.at()),
                            each.counts() ? OtlpReader.micros(moment.began()) : 0,
                            moment.from(),
                            each.name(),
                            labels,
                            each.value()));
        }
    }

    private static String labels(List<KeyValue> pairs) {
        return OtlpReader.text(
                OtlpReader.attributes(pairs).entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining(", ")),
                LONGEST_LABELS);
    }
}
