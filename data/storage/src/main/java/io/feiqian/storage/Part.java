package io.feiqian.storage;

import java.util.function.LongConsumer;

/**
 * One command of a {@link Work} and the contribution that executes it.
 *
 * @param contribution who executes it
 * @param command what to do
 * @param <C> the contribution's commands
 */
public record Part<C>(Contribution<C> contribution, C command) {
    void rows(LongConsumer rows) {
        contribution.rows(command, rows);
    }
}
