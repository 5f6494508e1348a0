package io.feiqian.rpc;

/**
 * What an {@link RpcServer} tells the registry. Both may block for a moment; a registry that is
 * down must not stop a server from serving or from stopping, so adapters try again by themselves.
 */
public interface Registration {
    /** Says that this server is ready and listens at this port. */
    void register(int port);

    /** Takes it back, before the server refuses anything. */
    void deregister();

    /**
     * Says whether others are to be chosen for new work, while this server stays registered; also
     * before it is registered. Does not block.
     */
    default void draining(boolean now) {}

    /** For servers that nobody looks up. */
    static Registration none() {
        return new Registration() {
            @Override
            public void register(int port) {}

            @Override
            public void deregister() {}
        };
    }
}
