package io.feiqian.gateway;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.feiqian.rpc.Channels;
import io.feiqian.rpc.Endpoint;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services that a gateway serves, learnt while it runs (P6.2.2.2-c): from the descriptor sets
 * of the class path, from files that are read again, and from the running instances by server
 * reflection. A provider's new version needs no restart of the gateway.
 *
 * <p>A file goes before what instances say, and that before the class path. Instances count when
 * they agree: while two versions of a contract are served side by side, the one in force stays,
 * since a field that only some instances know would be dropped by the others without a word. A
 * contract that does not fit with the others is refused and its service stays as it was.
 *
 * <p>What is in force is taken at once, in one step. Thread-safe.
 */
public final class LearntServices implements AutoCloseable {
    /**
     * What is in force.
     *
     * @param version how often it has changed
     * @param services where each service's contract is from, by the service's name
     * @param since when each came into force, by the service's name
     * @param methods how many paths are served
     * @param refused what was refused when it was last looked, by the service's name, the instance
     *     or the files
     * @param lookedAt when it was last looked; empty for never
     */
    public record Report(
            long version,
            Map<String, String> services,
            Map<String, Instant> since,
            int methods,
            Map<String, String> refused,
            Optional<Instant> lookedAt) {
        /** Takes copies. */
        public Report {
            services = Map.copyOf(services);
            since = Map.copyOf(since);
            refused = Map.copyOf(refused);
        }
    }

    /** A service's contract, what it comes to and where it is from. */
    record Contract(ServiceDescriptor service, String digest, String from) {
        static Contract of(ServiceDescriptor service, String from) {
            return new Contract(service, Contracts.digest(service), from);
        }
    }

    private record InForce(
            long version,
            Map<String, Contract> contracts,
            Map<String, Instant> since,
            RouteTable routes,
            Map<String, String> refused,
            Optional<Instant> lookedAt) {}

    private static final Logger LOG = LoggerFactory.getLogger(LearntServices.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST_METHODS = 10_000;
    private static final int MOST_NAMED = 3;

    private final ClassLoader classPath;
    private final List<Path> files;
    private final Supplier<Collection<Endpoint>> instances;
    private final Channels channels;
    private final Clock clock;
    private final Timer timer;
    private final Duration period;
    private final Counter changes;
    private final Counter refusals;
    private final AtomicBoolean looking = new AtomicBoolean();

    /** Written by who looks only, one at a time. */
    private Map<String, Contract> shipped = Map.of();

    private Map<String, Contract> ofFiles = Map.of();
    private volatile InForce inForce =
            new InForce(
                    0, Map.of(), Map.of(), RouteTable.of(List.of()), Map.of(), Optional.empty());
    private volatile Timer.Cancellable next = () -> {};
    private volatile boolean closed;

    /**
     * Knows nothing yet; see {@link #start}.
     *
     * @param instances the ready instances of cells, of which each is asked
     * @param channels the way to them
     * @param period how long it waits until it looks again
     */
    public LearntServices(
            ClassLoader classPath,
            List<Path> files,
            Supplier<Collection<Endpoint>> instances,
            Channels channels,
            Clock clock,
            Timer timer,
            Duration period,
            MeterRegistry metrics) {
        this.classPath = classPath;
        this.files = List.copyOf(files);
        this.instances = instances;
        this.channels = channels;
        this.clock = clock;
        this.timer = timer;
        this.period = period;
        this.changes = metrics.counter("feiqian.gateway.contracts.changes");
        this.refusals = metrics.counter("feiqian.gateway.contracts.refused");
        metrics.gauge("feiqian.gateway.paths", this, all -> all.routes().methods().size());
    }

    /**
     * Takes what the class path and the files say, and begins to look at them and at the instances
     * by itself.
     *
     * @throws IllegalArgumentException where a descriptor set cannot be used
     */
    public LearntServices start() {
        shipped = byName(DescriptorSets.load(classPath, List.of()), "class path");
        ofFiles = byName(ofFiles(), "file");
        Map<String, Contract> first = new TreeMap<>(shipped);
        first.putAll(ofFiles);
        inForce =
                new InForce(
                        1,
                        first,
                        since(clock.now(), Map.of(), first, Map.of()),
                        table(first),
                        Map.of(),
                        Optional.empty());
        LOG.info("{} paths of {} services", routes().methods().size(), first.size());
        begin();
        return this;
    }

    /** Which method answers at which path, now. */
    RouteTable routes() {
        return inForce.routes();
    }

    /** What is in force, for operators. */
    public Report report() {
        InForce now = inForce;
        Map<String, String> from = new TreeMap<>();
        now.contracts().forEach((name, each) -> from.put(name, each.from()));
        return new Report(
                now.version(),
                from,
                now.since(),
                now.routes().methods().size(),
                now.refused(),
                now.lookedAt());
    }

    /** The same as operators see it. */
    public GatewayStatus.Contracts standing() {
        Report now = report();
        return new GatewayStatus.Contracts(
                now.version(),
                now.methods(),
                now.lookedAt().map(Instant::toString).orElse(""),
                new TreeMap<>(now.services())
                        .entrySet().stream()
                                .map(each ->
                                        new GatewayStatus.Contract(
                                                each.getKey(),
                                                each.getValue(),
                                                text(now.since().get(each.getKey()))))
                                .toList(),
                new TreeMap<>(now.refused())
                        .entrySet().stream()
                                .map(each ->
                                        new GatewayStatus.RefusedContract(
                                                each.getKey(), each.getValue()))
                                .toList());
    }

    private static String text(@Nullable Instant at) {
        return at == null ? "" : at.toString();
    }

    private void begin() {
        if (!closed && looking.compareAndSet(false, true)) {
            Thread.ofVirtual()
                    .name("contracts")
                    .start(() -> {
                        try {
                            look();
                        } catch (InterruptedException interrupted) {
                            Thread.currentThread().interrupt();
                        } catch (RuntimeException fault) {
                            LOG.error("a fault while looking for contracts", fault);
                        } finally {
                            looking.set(false);
                            if (!closed) {
                                next = timer.after(period, this::begin);
                            }
                        }
                    });
        }
    }

    /** Looks once, and takes what is new and fits. Blocks. */
    synchronized void look() throws InterruptedException {
        Map<String, String> refused = new TreeMap<>();
        if (!files.isEmpty()) {
            try {
                ofFiles = byName(ofFiles(), "file");
            } catch (IllegalArgumentException broken) {
                refused.put("files", String.valueOf(broken.getMessage()));
            }
        }
        Heard heard = hear(refused);
        Map<String, Contract> wanted = wanted(heard, refused);
        take(wanted, refused, heard.silent());
    }

    /**
     * What instances said.
     *
     * @param services for each service its contracts, and who serves each
     * @param all whether all instances said what they serve
     * @param silent who did not answer, and why not
     */
    private record Heard(
            Map<String, Map<String, Counted>> services, boolean all, Map<String, String> silent) {}

    /** A contract and who serves it, in the order in which they were asked. */
    private record Counted(Contract contract, List<String> instances) {
        Counted and(Counted other) {
            List<String> all = new ArrayList<>(instances);
            all.addAll(other.instances);
            return new Counted(contract, all);
        }

        /** The contract with the names of who serves it, of which some are enough. */
        Contract named() {
            List<String> sorted = instances.stream().sorted().toList();
            int more = sorted.size() - MOST_NAMED;
            String names =
                    String.join(", ", sorted.subList(0, Math.min(MOST_NAMED, sorted.size())));
            return new Contract(
                    contract.service(),
                    contract.digest(),
                    "instances " + names + (more > 0 ? " and " + more + " more" : ""));
        }
    }

    private Heard hear(Map<String, String> refused) throws InterruptedException {
        Map<String, Map<String, Counted>> services = new TreeMap<>();
        Map<String, String> silent = new TreeMap<>();
        boolean all = true;
        for (Endpoint each : instances.get()) {
            try {
                for (ServiceDescriptor service : Reflection.services(channels.to(each), PATIENCE)) {
                    if (!ApiMethod.isOnHttp(service)) {
                        continue;
                    }
                    Contract contract = Contract.of(service, "instances");
                    services.computeIfAbsent(service.getFullName(), name -> new TreeMap<>())
                            .merge(
                                    contract.digest(),
                                    new Counted(contract, List.of(each.instance())),
                                    Counted::and);
                }
            } catch (StatusRuntimeException failed) {
                // Who tells nothing of itself leaves it to files and the class path.
                boolean tellsNothing = failed.getStatus().getCode() == Status.Code.UNIMPLEMENTED;
                all &= tellsNothing;
                if (!tellsNothing) {
                    silent.put(each.instance(), "no answer: " + failed.getStatus().getCode());
                }
            } catch (IllegalArgumentException broken) {
                all = false;
                refused.put(each.instance(), String.valueOf(broken.getMessage()));
            }
        }
        return new Heard(services, all, silent);
    }

    private Map<String, Contract> wanted(Heard heard, Map<String, String> refused) {
        Map<String, Contract> wanted = new TreeMap<>(shipped);
        Map<String, Contract> now = inForce.contracts();
        Set<String> known = new HashSet<>(heard.services().keySet());
        if (!heard.all() || heard.services().isEmpty()) {
            // Who did not answer may serve what nobody else does: it stays.
            known.addAll(now.keySet());
        }
        for (String name : known) {
            Map<String, Counted> versions = heard.services().getOrDefault(name, Map.of());
            Contract current = now.get(name);
            if (versions.size() > 1) {
                refused.put(
                        name,
                        "%d versions are served side by side (expected: one)"
                                .formatted(versions.size()));
            }
            if (versions.size() == 1 || (versions.size() > 1 && current == null)) {
                Contract most = most(versions.values());
                Contract plain = shipped.get(name);
                // The shipped one says the same, and has comments.
                wanted.put(
                        name, plain != null && plain.digest().equals(most.digest()) ? plain : most);
            } else if (current != null) {
                wanted.put(name, current);
            }
        }
        wanted.putAll(ofFiles);
        return wanted;
    }

    private static Contract most(Collection<Counted> versions) {
        Counted most = versions.iterator().next();
        for (Counted each : versions) {
            most = each.instances().size() > most.instances().size() ? each : most;
        }
        return most.named();
    }

    /** One service after the other, so that one that does not fit holds up no other. */
    private void take(
            Map<String, Contract> wanted, Map<String, String> refused, Map<String, String> silent) {
        InForce before = inForce;
        Map<String, Contract> taken = new TreeMap<>(before.contracts());
        RouteTable routes = before.routes();
        // What goes away goes first: what comes may have its paths.
        if (taken.keySet().retainAll(wanted.keySet())) {
            routes = table(taken);
        }
        for (Map.Entry<String, Contract> each : wanted.entrySet()) {
            Contract old = taken.get(each.getKey());
            if (old != null && old.equals(each.getValue())) {
                continue;
            }
            Map<String, Contract> tried = new TreeMap<>(taken);
            tried.put(each.getKey(), each.getValue());
            try {
                if (old == null || !old.digest().equals(each.getValue().digest())) {
                    routes = table(tried);
                }
                taken = tried;
            } catch (IllegalArgumentException unfit) {
                refused.put(each.getKey(), String.valueOf(unfit.getMessage()));
            }
        }
        refused.forEach((name, why) -> {
            if (!Objects.equals(before.refused().get(name), why)) {
                refusals.increment();
                LOG.warn("contract of {} is refused, what was in force stays: {}", name, why);
            }
        });
        // Not refused, but operators want to know why nothing new comes from there.
        silent.forEach(refused::putIfAbsent);
        boolean changed = routes != before.routes();
        Instant now = clock.now();
        inForce =
                new InForce(
                        before.version() + (changed ? 1 : 0),
                        Map.copyOf(taken),
                        since(now, before.contracts(), taken, before.since()),
                        routes,
                        refused,
                        Optional.of(now));
        if (changed) {
            changes.increment();
            LOG.info("{} paths of {} services from now on", routes.methods().size(), taken.size());
        }
    }

    /** When each came into force: at this moment, where it is another than before. */
    private static Map<String, Instant> since(
            Instant at,
            Map<String, Contract> before,
            Map<String, Contract> after,
            Map<String, Instant> known) {
        Map<String, Instant> since = new TreeMap<>();
        after.forEach((name, each) -> {
            Contract old = before.get(name);
            boolean same = old != null && old.digest().equals(each.digest());
            since.put(name, same ? known.getOrDefault(name, at) : at);
        });
        return Map.copyOf(since);
    }

    private static RouteTable table(Map<String, Contract> contracts) {
        List<ServiceDescriptor> services = new ArrayList<>();
        new TreeMap<>(contracts).values().forEach(each -> services.add(each.service()));
        RouteTable table = RouteTable.of(services);
        if (table.methods().size() > MOST_METHODS) {
            throw new IllegalArgumentException(
                    "%d paths (expected: at most %d)"
                            .formatted(table.methods().size(), MOST_METHODS));
        }
        return table;
    }

    private List<ServiceDescriptor> ofFiles() {
        return DescriptorSets.load(new ClassLoader(null) {}, files);
    }

    private static Map<String, Contract> byName(List<ServiceDescriptor> services, String from) {
        Map<String, Contract> byName = new TreeMap<>();
        services.forEach(each -> byName.put(each.getFullName(), Contract.of(each, from)));
        return byName;
    }

    @Override
    public void close() {
        closed = true;
        next.cancel();
    }
}
