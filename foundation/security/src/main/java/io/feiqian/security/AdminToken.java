package io.feiqian.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * The token that operators' requests must show; kept in the home folder, never logged or printed.
 * Immutable.
 */
public final class AdminToken {
    /** The name of the secret file. */
    public static final String SECRET = "admin-token";

    private final String token;

    private AdminToken(String token) {
        this.token = token;
    }

    /** The token of these secrets, made where there is none. For who checks it. */
    public static AdminToken obtain(Secrets secrets) {
        return new AdminToken(secrets.obtain(SECRET));
    }

    /** The token of these secrets, where there is one. For who shows it. */
    public static Optional<AdminToken> find(Secrets secrets) {
        return secrets.find(SECRET).map(AdminToken::new);
    }

    /** Whether this is the token; takes as long for a near miss as for a far one. */
    public boolean matches(String shown) {
        return MessageDigest.isEqual(
                shown.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }

    /** The token itself, to be sent with a request. */
    public String reveal() {
        return token;
    }

    /** Nothing of the token. */
    @Override
    public String toString() {
        return "admin token";
    }
}
