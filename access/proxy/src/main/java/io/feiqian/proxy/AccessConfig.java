package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.util.List;

/**
 * Who may use a route (B6.2-b, P6.2.2.2-g). What is empty allows everybody; what is denied is
 * denied even where it is allowed too.
 *
 * @param callers callers by the name that their authenticator gives them
 * @param channels channels, as their authenticator says
 * @param scopes what a caller must have been granted, all of them
 * @param allowed networks (CIDR) that clients must come from
 * @param denied networks (CIDR) that clients must not come from
 * @param deniedCallers callers who may not
 */
public record AccessConfig(
        @ByDefault("[]") List<String> callers,
        @ByDefault("[]") List<String> channels,
        @ByDefault("[]") List<String> scopes,
        @ByDefault("[]") List<String> allowed,
        @ByDefault("[]") List<String> denied,
        @ByDefault("[]") List<String> deniedCallers) {
    /** Everybody. */
    public static final AccessConfig ANYBODY =
            new AccessConfig(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    /** Refuses networks that are none. */
    public AccessConfig {
        callers = List.copyOf(callers);
        channels = List.copyOf(channels);
        scopes = List.copyOf(scopes);
        allowed = List.copyOf(allowed);
        denied = List.copyOf(denied);
        deniedCallers = List.copyOf(deniedCallers);
        allowed.forEach(each -> {
            var _ = Network.parse(each);
        });
        denied.forEach(each -> {
            var _ = Network.parse(each);
        });
    }
}
