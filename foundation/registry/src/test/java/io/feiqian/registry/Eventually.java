package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Waits for what a listener is told, without looking again and again. */
public final class Eventually<T> {
    private static final long SECONDS = 20;

    private final CompletableFuture<T> met = new CompletableFuture<>();
    private final Predicate<T> wanted;

    private Eventually(Predicate<T> wanted) {
        this.wanted = wanted;
    }

    /** Waits for a value of which this is true. */
    public static <T> Eventually<T> of(Predicate<T> wanted) {
        return new Eventually<>(wanted);
    }

    /** Takes a value. */
    public void see(T value) {
        if (wanted.test(value)) {
            met.complete(value);
        }
    }

    /** Whether it came. */
    public boolean isMet() {
        return met.isDone();
    }

    /** Waits until it came. */
    public T await() throws Exception {
        assertThat(met).succeedsWithin(SECONDS, TimeUnit.SECONDS);
        return met.get();
    }
}
