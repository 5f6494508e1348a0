package io.feiqian.rpcdubbo;

import org.apache.dubbo.common.URL;
import org.apache.dubbo.common.extension.Activate;
import org.apache.dubbo.rpc.cluster.router.state.StateRouter;
import org.apache.dubbo.rpc.cluster.router.state.StateRouterFactory;

/** Makes {@link Route}s. Made by Dubbo. */
@Activate(order = 50)
public final class RouteFactory implements StateRouterFactory {
    /** For Dubbo. */
    public RouteFactory() {}

    @Override
    public <T> StateRouter<T> getRouter(Class<T> type, URL url) {
        return new Route<>(url);
    }
}
