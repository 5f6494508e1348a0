package io.feiqian.chaos;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Breaks a bank of its own under load and counts the money. */
@Command(
        name = "chaos",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Kill and pause cells, databases, registry and gateway of a bank under load, and",
            "beside it services of one's own with global transactions of every kind, their",
            "databases and their network; then count the money: by the bank's audit and by",
            "what clients were answered."
        })
final class ChaosCommand implements Callable<Integer> {
    @Option(names = "--minutes", description = "how long (default: ${DEFAULT-VALUE})")
    private double minutes = 3;

    @Option(names = "--seed", description = "fixes the schedule (default: ${DEFAULT-VALUE})")
    private long seed = 7;

    @Option(names = "--cells", description = "how many cells (default: ${DEFAULT-VALUE})")
    private int cells = 3;

    @Option(names = "--instances", description = "processes per cell (default: ${DEFAULT-VALUE})")
    private int instances = 2;

    @Option(names = "--workers", description = "clients at once (default: ${DEFAULT-VALUE})")
    private int workers = 40;

    @Option(names = "--accounts", description = "accounts per cell (default: ${DEFAULT-VALUE})")
    private int accounts = 60;

    @Option(
            names = "--min-accepted",
            description = "a run with fewer accepted transfers is void (default: ${DEFAULT-VALUE})")
    private long minAccepted = 10_000;

    @Option(
            names = "--parts",
            split = ",",
            paramLabel = "PART",
            description = "what is run: bank, services (default: both)")
    private List<String> parts = List.of("bank", "services");

    @Option(
            names = "--kinds",
            split = ",",
            paramLabel = "KIND",
            description = "kinds of global transactions of services (default: all)")
    private List<String> kinds = GlobalKind.options();

    @Option(
            names = "--databases",
            split = ",",
            paramLabel = "PRODUCT",
            description = "databases of services (default: all that can be started here)")
    private List<String> databases =
            ServiceDatabases.available().stream().map(Product::option).toList();

    @Option(
            names = "--service-instances",
            description = "processes per service, at least 2 (default: ${DEFAULT-VALUE})")
    private int serviceInstances = 2;

    @Option(
            names = "--service-workers",
            description = "clients of services at once (default: ${DEFAULT-VALUE})")
    private int serviceWorkers = 10;

    @Option(
            names = "--min-of-kind",
            description = "a run with fewer accepted of a kind is void (default: ${DEFAULT-VALUE})")
    private long minOfKind = 20;

    @Option(
            names = "--rolling",
            description = {
                "no faults: restart the bank's cells one after the other for as long as the run",
                "lasts; then not one request may have been lost or turned away"
            })
    private boolean rolling;

    @Option(
            names = "--registry",
            description = {
                "only the registry is killed, held and emptied, and beside the bank a fleet of services",
                "goes through that, half of it cut off, clocks that jump, two thousand restarts at",
                "once, broken providers and broken policies; not one request may be lost or turned",
                "away by that"
            })
    private boolean registry;

    @Option(
            names = "--gateway",
            description = {
                "only a gateway, with clients before it and backends behind it: those die, hang,",
                "break off and talk nonsense, its document is broken, its disk is full, it is flooded,",
                "killed and restarted; nothing may be sent twice that is not safe, and nobody may get",
                "another's answer"
            })
    private boolean gateway;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "a new folder to run in, which is kept (default: a temporary one)")
    private Optional<Path> home = Optional.empty();

    @Option(names = "--json", description = "print the report as JSON")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<GlobalKind> wantedKinds = kinds();
        List<Product> wantedDatabases = databases();
        Ordeal ordeal = ordeal();
        boolean withBank = !gateway && isWanted("bank");
        boolean withServices = !gateway && !ordeal.goesUnnoticed() && isWanted("services");
        boolean withFleet = ordeal == Ordeal.REGISTRY && isWanted("services");
        if (serviceInstances < 2) {
            throw usage(
                    "service instances: %d (expected: >= 2, since one of them never comes back)"
                            .formatted(serviceInstances));
        }
        Path folder =
                home.isPresent()
                        ? home.get().toAbsolutePath()
                        : Files.createTempDirectory("feiqian-chaos");
        Duration length = Duration.ofMillis((long) (minutes * 60_000));
        ChaosPlan plan =
                new ChaosPlan(
                        length, seed, cells, instances, workers, accounts, minAccepted, ordeal);
        ServicesPlan servicesPlan =
                new ServicesPlan(
                        length,
                        seed,
                        wantedKinds,
                        wantedDatabases,
                        serviceInstances,
                        serviceWorkers,
                        accounts,
                        minOfKind);
        PrintStream progress = json ? System.err : System.out;
        try (Timer timer = Timer.system("chaos");
                ExecutorService threads = Executors.newCachedThreadPool()) {
            // One after the other: on few processors all that starts at once starts for minutes.
            CountDownLatch bankIsReady = new CountDownLatch(withBank ? 1 : 0);
            Future<List<ChaosReport>> bank =
                    threads.submit(() -> {
                        try {
                            return withBank
                                    ? List.of(
                                            new Chaos(
                                                            plan,
                                                            progress::println,
                                                            Clock.system(),
                                                            timer,
                                                            bankIsReady::countDown)
                                                    .run(folder.resolve("bank")))
                                    : List.of();
                        } finally {
                            bankIsReady.countDown();
                        }
                    });
            Future<List<ServicesReport>> services =
                    threads.submit(() -> {
                        bankIsReady.await();
                        return withServices
                                ? List.of(
                                        new ServicesChaos(
                                                        servicesPlan,
                                                        progress::println,
                                                        Clock.system(),
                                                        timer)
                                                .run(folder.resolve("services")))
                                : List.of();
                    });
            Future<List<FleetReport>> fleet =
                    threads.submit(() -> {
                        bankIsReady.await();
                        return withFleet
                                ? List.of(
                                        new FleetChaos(
                                                        length,
                                                        seed,
                                                        progress::println,
                                                        Clock.system(),
                                                        timer)
                                                .run(folder.resolve("fleet")))
                                : List.of();
                    });
            Future<List<GatewayReport>> wayIn =
                    threads.submit(() ->
                            gateway
                                    ? List.of(
                                            new GatewayChaos(
                                                            length,
                                                            seed,
                                                            FaultKind.ofGateway(),
                                                            progress::println,
                                                            Clock.system(),
                                                            timer)
                                                    .run(folder.resolve("gateway")))
                                    : List.of());
            RunReport result =
                    new RunReport(ended(bank), ended(services), ended(fleet), ended(wayIn));
            ChaosPrinter.print(result, json);
            if (home.isEmpty() && result.isGood()) {
                delete(folder);
            } else {
                progress.println("kept " + folder);
            }
            return (result.isGood() ? ExitStatus.OK : ExitStatus.FAILED).code();
        }
    }

    private static <T> T ended(Future<T> part) throws InterruptedException {
        try {
            return part.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof CommandFailure known) {
                throw known;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    private Ordeal ordeal() {
        if (rolling && registry) {
            throw usage("rolling and registry (expected: one of them)");
        }
        if (gateway && (rolling || registry)) {
            throw usage("gateway with rolling or registry (expected: one of them)");
        }
        if (!rolling && !registry) {
            return Ordeal.FAULTS;
        }
        boolean withBank = isWanted("bank");
        if ((rolling && !withBank) || (withBank && instances < 2)) {
            throw usage(
                    "%s: with --parts %s and --instances %d (expected: %s2 instances or more)"
                            .formatted(
                                    rolling ? "rolling" : "registry",
                                    String.join(",", parts),
                                    instances,
                                    rolling ? "the bank, " : ""));
        }
        return rolling ? Ordeal.ROLLING_RESTARTS : Ordeal.REGISTRY;
    }

    private boolean isWanted(String part) {
        for (String each : parts) {
            if (!List.of("bank", "services").contains(each)) {
                throw usage("part: " + each + " (expected: bank, services)");
            }
        }
        return parts.contains(part);
    }

    private List<GlobalKind> kinds() {
        List<GlobalKind> wanted = new ArrayList<>();
        for (String each : kinds) {
            wanted.add(
                    GlobalKind.named(each)
                            .orElseThrow(() ->
                                    usage(
                                            "kind: %s (expected: one of %s)"
                                                    .formatted(each, GlobalKind.options()))));
        }
        if (wanted.isEmpty()) {
            throw usage("kinds: none (expected: one or more of " + GlobalKind.options() + ")");
        }
        if (wanted.contains(GlobalKind.MIXED)
                && GlobalKind.mixable(Set.copyOf(wanted)).size() < 2) {
            throw usage("kind: mixed (expected: with at least two kinds to be mixed)");
        }
        if (wanted.contains(GlobalKind.RECALL) && !wanted.contains(GlobalKind.MESSAGE)) {
            throw usage("kind: recall (expected: with the kind message to be recalled)");
        }
        return wanted.stream().distinct().toList();
    }

    private List<Product> databases() {
        List<Product> wanted = new ArrayList<>();
        for (String each : databases) {
            wanted.add(
                    Product.named(each)
                            .filter(ServiceDatabases.available()::contains)
                            .orElseThrow(() ->
                                    usage(
                                            "database: %s (expected: one of %s)"
                                                    .formatted(
                                                            each,
                                                            ServiceDatabases.available().stream()
                                                                    .map(Product::option)
                                                                    .toList()))));
        }
        if (wanted.isEmpty()) {
            throw usage("databases: none (expected: one or more)");
        }
        return wanted.stream().distinct().toList();
    }

    private static CommandFailure usage(String happened) {
        return new CommandFailure(ExitStatus.USAGE, happened, "See ./feiqian chaos --help.");
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path each, @Nullable IOException failure) throws IOException {
                        Files.deleteIfExists(each);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
