package io.feiqian.proxy;

import java.util.Set;

/**
 * A caller who has proved who it is.
 *
 * @param name its name; empty for nobody in particular
 * @param channel the channel that it speaks for; empty for none
 * @param scopes what it has been granted
 */
public record Caller(String name, String channel, Set<String> scopes) {
    /** Nobody in particular. */
    public static final Caller ANYBODY = new Caller("", "", Set.of());

    /** Takes copies. */
    public Caller {
        scopes = Set.copyOf(scopes);
    }
}
