package io.feiqian.server;

import io.feiqian.configuration.ConfigurationCentre;
import io.feiqian.configuration.DocumentState;
import io.feiqian.governance.GrayRelease;
import io.feiqian.governance.Release;
import io.feiqian.governance.ReleaseDocument;
import io.feiqian.governance.ReleaseDrive;
import io.feiqian.governance.ReleaseText;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Candidacy;
import io.feiqian.registry.spi.Registry;
import io.feiqian.rpc.ReleaseReport;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.security.ChangeOrder;
import io.feiqian.telemetry.Alarm;
import io.feiqian.telemetry.spi.AlarmEvents;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the releases: one instance of all those of the cell that keeps configuration, elected by
 * the registry, watches what both versions do and publishes the next step, or the way back, as the
 * next version of the document (B6.4-a). All that must last stands in that document: whoever leads
 * next goes on by it, and where two believe that they lead, the document takes one change only.
 */
final class ReleaseDriver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReleaseDriver.class);
    private static final String ELECTION = "release-driver";
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int LONGEST_REASON = 500;

    private final ConfigurationCentre centre;
    private final Registry registry;
    private final String self;
    private final Clock clock;
    private final Timer timer;
    private final AlarmEvents alarms;
    private final Candidacy candidacy;
    private ReleaseDrive drive = new ReleaseDrive();
    private String saidLast = "";
    private volatile boolean closed;

    private ReleaseDriver(
            ConfigurationCentre centre,
            Registry registry,
            String self,
            Clock clock,
            Timer timer,
            AlarmEvents alarms) {
        this.centre = centre;
        this.registry = registry;
        this.self = self;
        this.clock = clock;
        this.timer = timer;
        this.alarms = alarms;
        this.candidacy = registry.stand(ELECTION, self);
    }

    /** Stands for election, and drives while it leads. */
    static ReleaseDriver start(
            ConfigurationCentre centre,
            Registry registry,
            String self,
            Clock clock,
            Timer timer,
            AlarmEvents alarms) {
        ReleaseDriver driver = new ReleaseDriver(centre, registry, self, clock, timer, alarms);
        driver.again();
        return driver;
    }

    /** Stands down; another candidate goes on. */
    @Override
    public void close() {
        closed = true;
        candidacy.close();
    }

    private void again() {
        if (!closed) {
            timer.after(EVERY, () -> Thread.ofVirtual().name(ELECTION).start(this::turn));
        }
    }

    private void turn() {
        try {
            if (candidacy.isLeader()) {
                look();
            } else {
                // What happens while another one leads is not observed here.
                drive = new ReleaseDrive();
            }
            saidLast = "";
        } catch (RefusedException refused) {
            String says = String.valueOf(refused.getMessage());
            if (!says.equals(saidLast)) {
                LOG.info("releases: {}; looked at again every second", says);
            }
            saidLast = says;
        } catch (RuntimeException fault) {
            LOG.error("releases could not be driven; tried again", fault);
        } finally {
            again();
        }
    }

    private void look() {
        DocumentState state = centre.show(ReleasesDocument.NAME);
        if (state.rollout().isEmpty()) {
            return;
        }
        String content =
                centre.version(ReleasesDocument.NAME, state.rollout().get().version()).content();
        List<GrayRelease> underWay =
                ReleaseDocument.parse(content).releases().stream()
                        .filter(GrayRelease::isUnderWay)
                        .toList();
        drive.retain(underWay.stream().map(GrayRelease::id).collect(Collectors.toSet()));
        if (underWay.isEmpty()) {
            return;
        }
        ReleaseReport.all(registry).forEach(drive::heard);
        for (GrayRelease each : underWay) {
            Optional<Release> next = drive.next(each, clock.nanos(), isPresent(each));
            if (next.isPresent()) {
                publish(each, next.get(), state, content);
                // The document is another one now.
                return;
            }
        }
    }

    private void publish(GrayRelease release, Release next, DocumentState state, String content) {
        String why =
                "%s: %s, %s %%: %s"
                        .formatted(
                                release.id(),
                                next.phase(),
                                release.plan().steps().get(next.step()),
                                next.why());
        ChangeOrder order =
                ChangeOrder.of(
                        ELECTION + " " + self,
                        why.substring(0, Math.min(why.length(), LONGEST_REASON)));
        centre.change(
                ReleasesDocument.NAME,
                state.newest().orElseThrow().version(),
                state.rollout().orElseThrow().revision(),
                ReleaseText.moved(content, release.id(), next),
                order);
        LOG.info("release {}", why);
        if (next.phase() == Release.Phase.ROLLED_BACK) {
            alarms.raise(Alarm.Severity.WARNING, "release-rolled-back", why);
        }
    }

    /** Whether B can serve: in every service, and of cells in every cell. */
    private boolean isPresent(GrayRelease release) {
        return release.services().stream()
                .allMatch(service -> {
                    Map<Optional<CellId>, List<ServiceInstance>> places =
                            registry.instances(service).stream()
                                    .collect(Collectors.groupingBy(ServiceInstance::cell));
                    return !places.isEmpty()
                            && places.values().stream()
                                    .allMatch(
                                            each -> each.stream().anyMatch(it -> isB(it, release)));
                });
    }

    private static boolean isB(ServiceInstance instance, GrayRelease release) {
        return release.value().equals(instance.labels().get(release.label()));
    }
}
