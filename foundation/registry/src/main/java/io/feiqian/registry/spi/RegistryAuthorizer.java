package io.feiqian.registry.spi;

/**
 * The port that says which roles an identity may be registered under and may watch (P6.2.2.3-b). An
 * identity is the name in a certificate or the user of a login. Thread-safe; must be quick.
 */
public interface RegistryAuthorizer {
    /** Whether this identity may register instances of this role. */
    boolean mayRegister(String identity, String role);

    /** Whether this identity may see who serves this role. */
    boolean maySubscribe(String identity, String role);
}
