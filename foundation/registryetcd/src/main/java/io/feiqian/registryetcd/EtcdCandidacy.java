package io.feiqian.registryetcd;

import io.etcd.jetcd.api.KeyValue;
import io.feiqian.registry.spi.Candidacy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A candidate: of all whose keys stand, the one whose key was made first leads. */
final class EtcdCandidacy implements Candidacy, WatchedRange.View {
    private final String mine;
    private final EtcdWorker worker;
    private final Consumer<EtcdCandidacy> onClose;
    private final List<Consumer<Boolean>> listeners = new ArrayList<>();

    /** The revision at which each candidate's key was made; the worker's thread alone. */
    private final Map<String, Long> madeAt = new HashMap<>();

    private volatile boolean first;
    private volatile boolean closed;
    private boolean told;

    /**
     * @param mine the name of this candidate's key
     */
    EtcdCandidacy(String mine, EtcdWorker worker, Consumer<EtcdCandidacy> onClose) {
        this.mine = mine;
        this.worker = worker;
        this.onClose = onClose;
    }

    @Override
    public boolean isLeader() {
        return first && !closed && worker.isConnected();
    }

    @Override
    public synchronized void onChange(Consumer<Boolean> listener) {
        listeners.add(listener);
        listener.accept(told);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            tell();
            onClose.accept(this);
        }
    }

    @Override
    public void begin() {
        madeAt.clear();
    }

    @Override
    public void put(String name, KeyValue value) {
        madeAt.put(name, value.getCreateRevision());
    }

    @Override
    public void removed(String name) {
        madeAt.remove(name);
    }

    @Override
    public void done() {
        first =
                madeAt.entrySet().stream()
                        .min(Comparator.comparingLong(Map.Entry::getValue))
                        .filter(each -> each.getKey().equals(mine))
                        .isPresent();
        tell();
    }

    /** Its key is gone with the lease. */
    void leaseLost() {
        first = false;
        tell();
    }

    /** Tells the listeners where it is news to them. */
    synchronized void tell() {
        boolean now = isLeader();
        if (told != now) {
            told = now;
            listeners.forEach(each -> each.accept(now));
        }
    }
}
