package io.feiqian.registry;

import io.feiqian.registry.spi.Candidacy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A candidate by Curator's latch: the oldest candidate whose session lives leads. */
final class ZooKeeperCandidacy implements Candidacy {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperCandidacy.class);

    private final LeaderLatch latch;
    private final Consumer<ZooKeeperCandidacy> onClose;
    private final List<Consumer<Boolean>> listeners = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean leads;

    private ZooKeeperCandidacy(LeaderLatch latch, Consumer<ZooKeeperCandidacy> onClose) {
        this.latch = latch;
        this.onClose = onClose;
    }

    static ZooKeeperCandidacy begin(
            CuratorFramework client,
            String path,
            String candidate,
            Consumer<ZooKeeperCandidacy> onClose) {
        LeaderLatch latch = new LeaderLatch(client, path, candidate);
        ZooKeeperCandidacy candidacy = new ZooKeeperCandidacy(latch, onClose);
        latch.addListener(
                new LeaderLatchListener() {
                    @Override
                    public void isLeader() {
                        candidacy.tell(true);
                    }

                    @Override
                    public void notLeader() {
                        candidacy.tell(false);
                    }
                });
        try {
            latch.start();
        } catch (Exception failure) {
            throw new RegistryUnavailableException("cannot stand for " + path, failure);
        }
        return candidacy;
    }

    @Override
    public boolean isLeader() {
        return latch.hasLeadership();
    }

    @Override
    public synchronized void onChange(Consumer<Boolean> listener) {
        listeners.add(listener);
        listener.accept(leads);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClose.accept(this);
            try {
                latch.close(LeaderLatch.CloseMode.NOTIFY_LEADER);
            } catch (IOException failure) {
                LOG.warn("left an election without the registry's answer", failure);
            }
        }
    }

    private synchronized void tell(boolean now) {
        if (leads != now) {
            leads = now;
            listeners.forEach(each -> each.accept(now));
        }
    }
}
