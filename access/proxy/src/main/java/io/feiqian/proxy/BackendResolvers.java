package io.feiqian.proxy;

import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.List;

/** Lets Netty find the addresses of backends by {@link BackendAddresses}; one for all loops. */
public final class BackendResolvers extends AddressResolverGroup<InetSocketAddress> {
    private final BackendAddresses addresses;

    BackendResolvers(BackendAddresses addresses) {
        this.addresses = addresses;
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new Resolver(executor);
    }

    private final class Resolver extends AbstractAddressResolver<InetSocketAddress> {
        Resolver(EventExecutor executor) {
            super(executor, InetSocketAddress.class);
        }

        @Override
        protected boolean doIsResolved(InetSocketAddress address) {
            return !address.isUnresolved();
        }

        @Override
        protected void doResolve(InetSocketAddress name, Promise<InetSocketAddress> found) {
            var _ =
                    addresses
                            .of(name)
                            .whenComplete((address, nowhere) -> {
                                if (address == null) {
                                    found.tryFailure(nowhere);
                                } else {
                                    found.trySuccess(address);
                                }
                            });
        }

        @Override
        protected void doResolveAll(
                InetSocketAddress name, Promise<List<InetSocketAddress>> found) {
            var _ =
                    addresses
                            .of(name)
                            .whenComplete((address, nowhere) -> {
                                if (address == null) {
                                    found.tryFailure(nowhere);
                                } else {
                                    found.trySuccess(List.of(address));
                                }
                            });
        }
    }
}
