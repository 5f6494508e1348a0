package io.feiqian.governance;

/** What is answered instead of calling. */
public sealed interface Fallback {
    /**
     * Always the same.
     *
     * @param json the answer, as JSON
     */
    record Answer(String json) implements Fallback {}

    /**
     * What another method of the same service says.
     *
     * @param name the bare name of the method
     */
    record Method(String name) implements Fallback {}

    /**
     * What the same method of a backup service says.
     *
     * @param name the full name of the service
     */
    record Service(String name) implements Fallback {}
}
