package io.feiqian.benchmarks;

import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * {@code bench gateway}: proxies in front of the same servers, each a process, take turns under the
 * same load; what each costs is what the kernel says of its process. For one thread.
 */
final class ProxyBench implements AutoCloseable {
    private static final double MEGA = 1 << 20;

    private final ProxyOptions options;
    private final List<GatewayVariant> variants;
    private final PrintStream progress;
    private final ScratchFolder folder;
    private final ProxyBackend backend;
    private final Timer timer = Timer.system("bench-timer");
    private final ProxyProbe probe = new ProxyProbe(timer);

    ProxyBench(ProxyOptions options, List<GatewayVariant> variants, PrintStream progress)
            throws IOException, InterruptedException {
        this.options = options;
        this.variants = List.copyOf(variants);
        this.progress = progress;
        this.folder = ScratchFolder.create("feiqian-bench-gateway");
        this.backend =
                ProxyBackend.start(
                        options.mostBackends(), options.threads(), folder.folder("backend"));
        for (int port : backend.ports(options.mostBackends())) {
            probe.awaitAnswer(backend.process(), port);
        }
    }

    /** All proxies in one case with so many servers behind them; the baseline first. */
    List<ProxyRow> run(ProxyCase of, int backends) throws IOException, InterruptedException {
        ProxyLoad load = new ProxyLoad(of, options.threads(), folder.path());
        Map<GatewayVariant, ProxyProcess> running = new LinkedHashMap<>();
        Map<GatewayVariant, List<ProxyRound>> seen = new LinkedHashMap<>();
        String where = "%s, %d behind".formatted(of.text(), backends);
        try {
            for (GatewayVariant each : variants) {
                if (!options.wants(each) || !each.does(of)) {
                    continue;
                }
                Optional<String> missing = each.missing(of);
                if (missing.isPresent()) {
                    progress.printf(
                            "%s: not measured in %s: %s%n", each.text(), where, missing.get());
                    continue;
                }
                running.put(each, start(each, of, backends));
                seen.put(each, new ArrayList<>());
            }
            for (Map.Entry<GatewayVariant, ProxyProcess> each : running.entrySet()) {
                warm(each.getKey(), each.getValue(), load, of, where);
            }
            for (int i = 0; i < options.rounds(); i++) {
                for (Map.Entry<GatewayVariant, ProxyProcess> each : running.entrySet()) {
                    ProxyRound round = load.run(each.getValue(), options.round());
                    say(where, each.getKey(), of, round);
                    seen.getOrDefault(each.getKey(), List.of()).add(round);
                }
            }
            return rows(of, backends, running, seen);
        } finally {
            running.values().forEach(ProxyProcess::close);
        }
    }

    private ProxyProcess start(GatewayVariant variant, ProxyCase of, int backends)
            throws IOException, InterruptedException {
        String name = "%s-%d-%s".formatted(of.text(), backends, variant.text());
        List<Integer> ports = backend.ports(backends);
        ProxyProcess proxy =
                variant.start(
                        new GatewayVariant.Plan(of, ports, options.threads(), folder.folder(name)));
        try {
            probe.awaitAnswer(proxy, proxy.port());
            proxy.serves();
            if (of == ProxyCase.HTTP_CELL && variant.text().equals(ProxyGoals.OURS)) {
                probe.checkCells(proxy.port(), ports);
            }
            return proxy;
        } catch (IOException | InterruptedException failed) {
            proxy.close();
            throw failed;
        }
    }

    private void warm(
            GatewayVariant variant, ProxyProcess proxy, ProxyLoad load, ProxyCase of, String where)
            throws IOException, InterruptedException {
        ProxyRound warm =
                load.run(proxy, variant.compilesWhileItRuns() ? options.warmUp() : options.round());
        progress.printf(
                "%s, %s: warm, %,.1f a second%n", where, variant.text(), warm.perSecond(of));
    }

    private void say(String where, GatewayVariant variant, ProxyCase of, ProxyRound round) {
        progress.printf(
                "%s, %s: %,.1f a second, %,.1f us of processor a %s, p99 %,.0f us%n",
                where,
                variant.text(),
                round.perSecond(of),
                round.cpuMicros(of),
                of.unit(),
                round.p99());
    }

    private static List<ProxyRow> rows(
            ProxyCase of,
            int backends,
            Map<GatewayVariant, ProxyProcess> running,
            Map<GatewayVariant, List<ProxyRound>> seen)
            throws IOException {
        List<ProxyRow> rows = new ArrayList<>();
        GatewayVariant base = baseline(of, seen);
        double baseline = cpu(of, seen, base);
        for (Map.Entry<GatewayVariant, ProxyProcess> each : running.entrySet()) {
            List<ProxyRound> rounds = seen.getOrDefault(each.getKey(), List.of());
            double cpu = cpu(of, seen, each.getKey());
            rows.add(
                    new ProxyRow(
                            of.text(),
                            backends,
                            each.getKey().text(),
                            ProxyLoad.connections(of),
                            of.unit(),
                            Math.round(median(rounds, round -> round.perSecond(of)) * 100) / 100.0,
                            Rounds.rounded(median(rounds, ProxyRound::p50)),
                            Rounds.rounded(median(rounds, ProxyRound::p99)),
                            Rounds.rounded(cpu),
                            Rounds.rounded(each.getValue().mostBytes() / MEGA),
                            each.getValue().longestPauseMillis(),
                            rounds.stream().mapToLong(ProxyRound::errors).sum(),
                            base.text(),
                            Math.round(baseline / cpu * 100) / 100.0));
        }
        return rows;
    }

    /** HAProxy; over layer 4 with splicing or without, whichever of the two is cheaper. */
    private static GatewayVariant baseline(
            ProxyCase of, Map<GatewayVariant, List<ProxyRound>> seen) {
        boolean full =
                !of.layer7()
                        && seen.containsKey(HaproxyVariant.FULL)
                        && cpu(of, seen, HaproxyVariant.FULL) < cpu(of, seen, HaproxyVariant.PLAIN);
        return full ? HaproxyVariant.FULL : HaproxyVariant.PLAIN;
    }

    private static double cpu(
            ProxyCase of, Map<GatewayVariant, List<ProxyRound>> seen, GatewayVariant variant) {
        return median(seen.getOrDefault(variant, List.of()), each -> each.cpuMicros(of));
    }

    private static double median(List<ProxyRound> rounds, ToDoubleFunction<ProxyRound> what) {
        double[] sorted = rounds.stream().mapToDouble(what).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }

    /** Ends the servers, and leaves nothing behind. */
    @Override
    public void close() throws IOException {
        backend.close();
        probe.close();
        timer.close();
        folder.close();
    }
}
