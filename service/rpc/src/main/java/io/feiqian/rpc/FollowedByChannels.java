package io.feiqian.rpc;

import io.feiqian.balancing.Instance;
import io.feiqian.balancing.spi.PoolEvents;

/**
 * Keeps connections as pools see their instances: who left needs none, and who is to be tried again
 * is connected to now, although the connection's own pause may not be over.
 *
 * @param channels the connections
 */
record FollowedByChannels(Channels channels) implements PoolEvents<Endpoint> {
    @Override
    public void returned(Instance<Endpoint> instance) {
        channels.connectNow(instance.target());
    }

    @Override
    public void left(Instance<Endpoint> instance) {
        channels.close(instance.target());
    }
}
