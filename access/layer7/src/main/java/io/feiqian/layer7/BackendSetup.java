package io.feiqian.layer7;

import io.feiqian.proxy.Backend;
import io.netty.channel.Channel;

/** What stands before HTTP on connections to the backends of a pool, such as TLS. Thread-safe. */
@FunctionalInterface
public interface BackendSetup {
    /** Nothing. */
    BackendSetup NONE = (channel, backend) -> {};

    /** Makes a connection ready that is about to be made. */
    void prepare(Channel channel, Backend backend);
}
