package io.feiqian.registrydubbo;

/** What the services of the tests do. */
public interface Greeting {
    /** Says who answers. */
    String who();
}
