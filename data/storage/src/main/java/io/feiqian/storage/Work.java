package io.feiqian.storage;

import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * One caller's unit of atomicity inside a cell: all of its parts take effect in one local commit,
 * or none does.
 *
 * @param claims the slots it touches; each is verified inside the commit
 * @param parts its commands; checked all before any is applied, then applied in this order
 * @param lane whether it finishes what has begun or begins something
 * @param deadline dropped with {@code DEADLINE_EXPIRED} when it passes before the transaction
 *     starts
 */
public record Work(List<Claim> claims, List<Part<?>> parts, Lane lane, Deadline deadline) {
    /** Copies the lists; refuses work without a claim or without a part. */
    public Work {
        claims = List.copyOf(claims);
        parts = List.copyOf(parts);
        if (claims.isEmpty() || parts.isEmpty()) {
            throw new IllegalArgumentException("work: no claim or no part (expected: one or more)");
        }
    }

    /** The rows of which its parts know that others want them too. */
    void rows(LongConsumer rows) {
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).rows(rows);
        }
    }
}
