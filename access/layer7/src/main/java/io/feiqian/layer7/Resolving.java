package io.feiqian.layer7;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the addresses of backends: what is an address already costs nothing, a name is asked for
 * again for each new connection, on a thread of its own, since the platform's resolver blocks (it
 * remembers answers for as long as the platform says).
 */
final class Resolving extends InetNameResolver {
    /** One for all event loops. */
    static final AddressResolverGroup<InetSocketAddress> GROUP =
            new AddressResolverGroup<>() {
                @Override
                protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
                    return new Resolving(executor).asAddressResolver();
                }
            };

    private Resolving(EventExecutor executor) {
        super(executor);
    }

    @Override
    protected void doResolve(String host, Promise<InetAddress> found) {
        InetAddress literal = literal(host);
        if (literal != null) {
            found.setSuccess(literal);
            return;
        }
        var _ =
                Thread.startVirtualThread(() -> {
                    try {
                        found.trySuccess(InetAddress.getByName(host));
                    } catch (UnknownHostException unknown) {
                        found.tryFailure(unknown);
                    }
                });
    }

    @Override
    protected void doResolveAll(String host, Promise<List<InetAddress>> found) {
        InetAddress literal = literal(host);
        if (literal != null) {
            found.setSuccess(List.of(literal));
            return;
        }
        var _ =
                Thread.startVirtualThread(() -> {
                    try {
                        found.trySuccess(Arrays.asList(InetAddress.getAllByName(host)));
                    } catch (UnknownHostException unknown) {
                        found.tryFailure(unknown);
                    }
                });
    }

    private static @org.jspecify.annotations.Nullable InetAddress literal(String host) {
        if (!host.contains(":") && !host.matches("(\\d{1,3}\\.){3}\\d{1,3}")) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException name) {
            return null;
        }
    }
}
