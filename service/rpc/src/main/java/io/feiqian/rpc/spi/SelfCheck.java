package io.feiqian.rpc.spi;

/**
 * Whether a server can do what it is for: whether its database answers, its disk has room
 * (P6.2.2.5-j). Asked once a second on a thread of its own, never twice at once; may block.
 */
@FunctionalInterface
public interface SelfCheck {
    /** Whether all is well. What it throws means that it is not. */
    boolean isWell() throws Exception;
}
