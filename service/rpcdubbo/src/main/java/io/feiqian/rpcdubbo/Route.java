package io.feiqian.rpcdubbo;

import io.feiqian.governance.Destination;
import java.util.List;
import java.util.Set;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.common.utils.Holder;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.cluster.router.RouterSnapshotNode;
import org.apache.dubbo.rpc.cluster.router.state.AbstractStateRouter;
import org.apache.dubbo.rpc.cluster.router.state.BitList;
import org.jspecify.annotations.Nullable;

/**
 * Leaves the providers that the policies of routing want for a call. A label {@code release} of a
 * provider is the parameter {@code feiqian.release} of its URL, since Dubbo has a {@code release}
 * of its own; {@code id} is its address.
 */
final class Route<T> extends AbstractStateRouter<T> {
    private static final String PREFIX = "feiqian.";

    Route(URL url) {
        super(url);
    }

    @Override
    protected BitList<Invoker<T>> doRoute(
            BitList<Invoker<T>> providers,
            URL url,
            Invocation invocation,
            boolean explain,
            Holder<RouterSnapshotNode<T>> node,
            @Nullable Holder<String> explanation) {
        if (!(invocation.get(CallingFilter.DESTINATION) instanceof Destination destination)
                || destination.equals(Destination.ANYWHERE)) {
            return providers;
        }
        List<Invoker<T>> wanted = destination.among(providers, Route::label);
        BitList<Invoker<T>> left = providers.clone();
        Set<Invoker<T>> kept = Set.copyOf(wanted);
        left.removeIf(each -> !kept.contains(each));
        if (explain && explanation != null) {
            explanation.set(destination + " by policy " + destination.policy());
        }
        return left;
    }

    private static String label(Invoker<?> provider, String name) {
        return name.equals("id")
                ? provider.getUrl().getAddress()
                : provider.getUrl().getParameter(PREFIX + name, "");
    }
}
