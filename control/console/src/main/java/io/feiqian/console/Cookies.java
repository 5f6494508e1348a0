package io.feiqian.console;

import io.helidon.http.SetCookie;
import io.helidon.webserver.http.ServerRequest;
import java.util.Optional;

/**
 * The console's cookies: out of reach of scripts and of other sites. Over TLS they never leave it,
 * and their names say so to the browser: no other host and no plain connection can set one.
 */
final class Cookies {
    private static final String OVER_TLS = "__Host-";

    private Cookies() {}

    /** What the browser shows under this name. */
    static Optional<String> find(ServerRequest request, String name) {
        return request.headers().cookies().first(named(request, name)).asOptional();
    }

    /** One to be set, or to be ended where it is given no time. */
    static SetCookie.Builder make(ServerRequest request, String name, String value) {
        return SetCookie.builder(named(request, name), value)
                .path("/")
                .httpOnly(true)
                .secure(request.isSecure())
                .sameSite(SetCookie.SameSite.STRICT);
    }

    private static String named(ServerRequest request, String name) {
        return request.isSecure() ? OVER_TLS + name : name;
    }
}
