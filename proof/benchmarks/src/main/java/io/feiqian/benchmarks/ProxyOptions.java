package io.feiqian.benchmarks;

import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** What {@code bench gateway} measures, and for how long. */
final class ProxyOptions {
    private static final int MOST_BACKENDS = 64;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "how long a round takes (default: ${DEFAULT-VALUE})")
    private int seconds = 5;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "how many rounds; the median counts (default: ${DEFAULT-VALUE})")
    private int rounds = 3;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description =
                    "how many seconds a JVM is loaded before it is measured (default:"
                            + " ${DEFAULT-VALUE})")
    private int warmUp = 20;

    @Option(
            names = "--case",
            paramLabel = "NAME",
            split = ",",
            description = "only these cases: http, http-cell, tcp (default: all)")
    private List<String> cases = List.of("http", "http-cell", "tcp");

    @Option(
            names = {"--variants", "--variant"},
            paramLabel = "NAME",
            split = ",",
            description =
                    "only these beside the baseline haproxy: feiqian, haproxy-full, nginx,"
                            + " spring-cloud-gateway (default: all)")
    private List<String> variants =
            List.of("feiqian", "haproxy-full", "nginx", "spring-cloud-gateway");

    @Option(
            names = "--backends",
            paramLabel = "N",
            split = ",",
            description =
                    "how many servers are behind; case tcp has the first number of them (default:"
                            + " 1,3)")
    private List<Integer> backends = List.of(1, 3);

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "how many threads each proxy, the servers and wrk have (default: as many as"
                            + " the machine has processors)")
    private int threads = Runtime.getRuntime().availableProcessors();

    Duration round() {
        return Duration.ofSeconds(Math.max(1, seconds));
    }

    Duration warmUp() {
        return Duration.ofSeconds(Math.max(1, warmUp));
    }

    int rounds() {
        return Math.max(1, rounds);
    }

    int threads() {
        return Math.max(1, threads);
    }

    List<Integer> backends(ProxyCase of) {
        List<Integer> all =
                backends.stream()
                        .map(each -> Math.clamp(each, 1, MOST_BACKENDS))
                        .distinct()
                        .toList();
        return of.layer7() ? all : all.subList(0, 1);
    }

    int mostBackends() {
        return backends(ProxyCase.HTTP).stream().mapToInt(Integer::intValue).max().orElse(1);
    }

    /** Whether this case is asked for. */
    boolean wants(ProxyCase of) {
        return cases.contains(of.layer7() ? of.text() : "tcp");
    }

    /** Whether this one is to be measured; the baseline always is. */
    boolean wants(GatewayVariant variant) {
        return variant == HaproxyVariant.PLAIN || variants.contains(variant.text());
    }

    /** What of all this nobody knows; empty where all is known. */
    List<String> unknown(List<String> known) {
        return java.util.stream.Stream.concat(
                        cases.stream()
                                .filter(each ->
                                        !List.of("http", "http-cell", "tcp").contains(each)),
                        variants.stream().filter(each -> !known.contains(each)))
                .toList();
    }
}
