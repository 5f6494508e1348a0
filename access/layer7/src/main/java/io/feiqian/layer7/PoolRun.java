package io.feiqian.layer7;

import io.feiqian.balancing.Member;
import io.feiqian.layer7.spi.CellBackends;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.BackendPool;
import io.feiqian.proxy.KeyReader;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.proxy.PoolConfig.BackendProtocol;
import io.feiqian.proxy.ProxyHead;
import io.feiqian.proxy.TlsClient;
import io.feiqian.proxy.TlsContexts;
import io.feiqian.vocabulary.CellId;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pool while it runs: its backends and how many connections they have. Outlives configurations
 * that do not change it. Thread-safe.
 */
public final class PoolRun implements CellBackends {
    private final BackendPool backends;
    private final Optional<KeyReader> key;
    private final Map<String, AtomicInteger> open = new ConcurrentHashMap<>();
    private final byte[] header;
    private final Optional<TlsClient> tls;
    final AtomicInteger waiting = new AtomicInteger();
    final long connectNanos;
    final long answerNanos;
    final long pauseNanos;
    final long idleNanos;

    PoolRun(BackendPool backends, TlsContexts contexts) {
        PoolConfig config = backends.config();
        this.backends = backends;
        this.header = ProxyHead.local(config.proxyProtocol());
        this.tls =
                config.tls()
                        .map(each ->
                                contexts.client(
                                        config.name(),
                                        each,
                                        config.protocol() == BackendProtocol.HTTP2
                                                ? List.of(TlsContexts.HTTP2)
                                                : List.of(TlsContexts.HTTP1)));
        this.key = config.key().map(KeyReader::of);
        this.connectNanos = config.timeouts().connect().toNanos();
        this.answerNanos = config.timeouts().answer().toNanos();
        this.pauseNanos = config.timeouts().pause().toNanos();
        this.idleNanos = config.timeouts().idle().toNanos();
    }

    /** Makes a connection ready that is about to be made: the PROXY header first, then TLS. */
    void prepare(Channel channel, Backend backend) {
        tls.ifPresent(each ->
                each.begin(
                        channel.pipeline(),
                        backend.address().getHostString(),
                        backend.address().getPort(),
                        config().timeouts().connect()));
        if (header.length > 0) {
            // Requests of many clients share a connection: the gateway speaks for itself.
            channel.pipeline().addFirst(new LeadingBytes(header));
        }
    }

    /** Its files are watched no longer. */
    void close() {
        tls.ifPresent(TlsClient::close);
    }

    /** Its backends. */
    public BackendPool backends() {
        return backends;
    }

    /** What it was made from. */
    public PoolConfig config() {
        return backends.config();
    }

    /** What a consistent hash goes by; empty for nothing. */
    Optional<KeyReader> key() {
        return key;
    }

    /** How many connections a backend has, from all event loops. */
    AtomicInteger open(Member<Backend> member) {
        return open.computeIfAbsent(member.target().name(), name -> new AtomicInteger());
    }

    /** Whether some backend takes requests by right, and not only for want of another. */
    boolean isServed() {
        if (backends.isPanicking()) {
            return false;
        }
        List<Member<Backend>> members = backends.members();
        for (int i = 0; i < members.size(); i++) {
            if (backends.takesNew(members.get(i))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean serves(CellId cell) {
        String name = cell.toString();
        List<Member<Backend>> members = backends.members();
        for (int i = 0; i < members.size(); i++) {
            Member<Backend> each = members.get(i);
            if (each.target().cell().equals(name) && backends.takesNew(each)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<CellStanding> standings() {
        Map<String, CellStanding> known = new TreeMap<>();
        for (Member<Backend> each : backends.members()) {
            if (!each.target().cell().isEmpty()) {
                CellStanding one =
                        new CellStanding(
                                CellId.parse(each.target().cell()),
                                each.instance().place(),
                                backends.takesNew(each),
                                each.outstanding(),
                                each.instance().weight());
                known.merge(each.target().cell(), one, PoolRun::together);
            }
        }
        return List.copyOf(known.values());
    }

    private static CellStanding together(CellStanding one, CellStanding other) {
        return new CellStanding(
                one.cell(),
                one.place(),
                one.serves() || other.serves(),
                one.outstanding() + other.outstanding(),
                one.weight() + other.weight());
    }

    boolean wantsBody() {
        return config().key().filter(source -> source.isInBody()).isPresent();
    }
}
