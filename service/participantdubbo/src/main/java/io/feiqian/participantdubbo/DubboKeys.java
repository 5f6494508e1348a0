package io.feiqian.participantdubbo;

import io.feiqian.participant.ContextKeys;
import org.jspecify.annotations.Nullable;

/** The keys of an application's filters. */
final class DubboKeys {
    private DubboKeys() {}

    static ContextKeys installed(@Nullable ContextKeys keys) {
        if (keys == null) {
            throw new IllegalStateException(
                    "keys: none (expected: DubboContext.install before the first service)");
        }
        return keys;
    }
}
