package io.feiqian.layer7;

import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.BackendPool;
import io.feiqian.proxy.KeyReader;
import io.feiqian.proxy.PoolConfig;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pool while it runs: its backends and how many connections they have. Outlives configurations
 * that do not change it. Thread-safe.
 */
public final class PoolRun {
    private final BackendPool backends;
    private final Optional<KeyReader> key;
    private final Map<String, AtomicInteger> open = new ConcurrentHashMap<>();
    final BackendSetup setup;
    final AtomicInteger waiting = new AtomicInteger();
    final long connectNanos;
    final long answerNanos;
    final long pauseNanos;
    final long idleNanos;

    PoolRun(BackendPool backends, BackendSetup setup) {
        PoolConfig config = backends.config();
        this.backends = backends;
        this.setup = setup;
        this.key = config.key().map(KeyReader::of);
        this.connectNanos = config.timeouts().connect().toNanos();
        this.answerNanos = config.timeouts().answer().toNanos();
        this.pauseNanos = config.timeouts().pause().toNanos();
        this.idleNanos = config.timeouts().idle().toNanos();
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

    boolean wantsBody() {
        return config().key().filter(source -> source.isInBody()).isPresent();
    }
}
