package io.feiqian.rpc;

/** A service with calls that have no end of their own, and that must be told when to end them. */
@FunctionalInterface
public interface Draining {
    /** Takes nothing new and ends each call once what it has begun is finished. Does not block. */
    void drain();
}
