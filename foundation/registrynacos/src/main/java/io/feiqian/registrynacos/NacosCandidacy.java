package io.feiqian.registrynacos;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.listener.AbstractEventListener;
import com.alibaba.nacos.api.naming.listener.Event;
import com.alibaba.nacos.api.naming.pojo.Instance;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.registry.spi.Candidacy;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A candidate. A text names who leads and is changed by comparing, so that of those who see the
 * place free one gets it; that the leader lives is told by its place among the candidates, which is
 * gone with its connection. Who sees it gone for the handover's time takes over. A leader that is
 * not connected does not lead.
 *
 * <p>Nacos's list of instances is not agreed upon by its members: while they are cut off from each
 * other two may lead, until the first sees the text again.
 */
final class NacosCandidacy extends AbstractEventListener implements Candidacy {
    private static final Logger LOG = LoggerFactory.getLogger(NacosCandidacy.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final String LEADER = "leader";

    private final String name;
    private final String mine;
    private final Instance place;
    private final Duration handover;
    private final NacosPlaces places;
    private final NacosWorker worker;
    private final Timer timer;
    private final Clock clock = Clock.system();
    private final Randomness randomness;
    private final Consumer<NacosCandidacy> onClose;
    private final SharedText text;
    private final List<Consumer<Boolean>> listeners = new ArrayList<>();

    private volatile boolean chosen;
    private volatile boolean closed;
    private boolean told;

    /** Since when the leader is missing, and which; the worker's thread alone. */
    private String missing = "";

    private long missingSince;

    NacosCandidacy(
            String election,
            String candidate,
            Duration handover,
            NacosPlaces places,
            NacosWorker worker,
            Timer timer,
            Randomness randomness,
            Consumer<NacosCandidacy> onClose) {
        this.name = "election." + election;
        this.mine = candidate + "-" + Long.toHexString(randomness.nextLong());
        this.handover = handover;
        this.places = places;
        this.worker = worker;
        this.timer = timer;
        this.randomness = randomness;
        this.onClose = onClose;
        this.text = new SharedText(name, worker.executor(), _ -> look());
        // No address that is called; what tells candidates apart is the name that stands there.
        this.place = new Instance();
        place.setIp(mine);
        place.setPort(1);
        place.setEphemeral(true);
        place.setMetadata(Map.of());
    }

    void begin() {
        worker.run(
                "stand for " + name,
                link -> {
                    if (!closed) {
                        places.put(link, name, mine, place);
                        link.watch(name, this);
                        step(link);
                    }
                });
        lookLater();
    }

    @Override
    public boolean isLeader() {
        return chosen && !closed && worker.isConnected();
    }

    @Override
    public synchronized void onChange(Consumer<Boolean> listener) {
        listeners.add(listener);
        listener.accept(told);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        tell();
        onClose.accept(this);
        worker.run("stand down from " + name, this::standDown);
    }

    @Override
    public Executor getExecutor() {
        return worker.executor();
    }

    @Override
    public void onEvent(Event event) {
        look();
    }

    /** Tells the listeners where it is news to them. */
    synchronized void tell() {
        boolean now = isLeader();
        if (told != now) {
            told = now;
            listeners.forEach(each -> each.accept(now));
        }
    }

    private void standDown(NacosLink link) throws NacosException {
        link.unwatch(name, this);
        SharedText.Seen seen = text.read(link);
        if (leader(seen).equals(mine)) {
            var _ = text.replace(link, seen, naming(""), writing());
        }
        text.forget(link);
        places.remove(link, name, mine, place);
    }

    private void lookLater() {
        timer.after(
                LOOK,
                () -> {
                    if (!closed) {
                        look();
                        lookLater();
                    }
                });
    }

    private void look() {
        tell();
        if (!closed && worker.isConnected()) {
            worker.executor()
                    .execute(() -> {
                        var _ =
                                worker.ask(
                                        "look at " + name,
                                        link -> {
                                            step(link);
                                            return true;
                                        });
                    });
        }
    }

    private void step(NacosLink link) throws NacosException {
        if (closed) {
            return;
        }
        SharedText.Seen seen = text.read(link);
        String leader = leader(seen);
        chosen = leader.equals(mine);
        if (!chosen && (leader.isEmpty() || isGone(link, leader))) {
            chosen = text.replace(link, seen, naming(mine), writing()) == SharedText.Change.MADE;
            if (chosen) {
                LOG.info("leads {}", name);
            }
        }
        tell();
    }

    /** Whether it has been missing for so long that it knows itself that it leads no more. */
    private boolean isGone(NacosLink link, String leader) throws NacosException {
        boolean stands =
                link.registered(name).stream().anyMatch(each -> each.getIp().equals(leader));
        if (stands || !missing.equals(leader)) {
            missing = stands ? "" : leader;
            missingSince = clock.nanos();
            return false;
        }
        return clock.nanos() - missingSince > handover.toNanos();
    }

    /** After a gap others may be missing only here. */
    void forgetMissing() {
        missing = "";
    }

    private static String leader(SharedText.Seen seen) {
        return seen.content().map(each -> each.path(LEADER).asText("")).orElse("");
    }

    private static ObjectNode naming(String leader) {
        return SharedText.JSON.createObjectNode().put(LEADER, leader);
    }

    private String writing() {
        return Long.toHexString(randomness.nextLong());
    }
}
