package io.feiqian.gateway;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.proxy.AuthenticatorConfig;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RouteConfig;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the description of the API says of who may ask, by the routes that lead to it. */
final class OpenApiAccess {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private OpenApiAccess() {}

    /** The route by which a method is reached, whatever the host; empty where by none. */
    static Optional<RouteConfig> route(ProxyConfig config, ApiMethod method) {
        return config.routes().stream()
                .filter(each -> fits(each, method))
                .findFirst()
                .filter(RouteConfig::api);
    }

    private static boolean fits(RouteConfig route, ApiMethod method) {
        String template = method.path().text();
        boolean there =
                route.path().startsWith("=")
                        ? template.equals(route.path().substring(1))
                        : template.startsWith(route.path());
        return there && (route.methods().isEmpty() || route.methods().contains(method.verb()));
    }

    /** The ways by which callers prove who they are, where a route of the API asks for them. */
    static Map<String, ObjectNode> schemes(ProxyConfig config) {
        Map<String, ObjectNode> schemes = new TreeMap<>();
        config.routes().stream()
                .filter(RouteConfig::api)
                .flatMap(each -> each.authentication().stream())
                .distinct()
                .forEach(name ->
                        Optional.ofNullable(config.authenticators().get(name))
                                .ifPresent(each -> schemes.put(name, scheme(each))));
        return schemes;
    }

    private static ObjectNode scheme(AuthenticatorConfig config) {
        ObjectNode scheme = JSON.objectNode();
        if (config.jwt().isPresent()) {
            return scheme.put("type", "http")
                    .put("scheme", "bearer")
                    .put("bearerFormat", "JWT")
                    .put("description", "A token of " + config.jwt().get().issuer());
        }
        if (config.signature().isPresent()) {
            return scheme.put("type", "apiKey")
                    .put("in", "header")
                    .put("name", "Authorization")
                    .put(
                            "description",
                            SignatureAuthenticator.SCHEME
                                    + " caller=…, time=…, nonce=…, signature=… over the request");
        }
        return scheme.put("type", "mutualTLS").put("description", "A client certificate");
    }

    /**
     * What a method asks for; empty for nothing.
     *
     * @param admin the name of the scheme for operators, where the method is for them
     */
    static Optional<ArrayNode> security(
            Optional<RouteConfig> route, ProxyConfig config, Optional<String> admin) {
        ArrayNode ways = JSON.arrayNode();
        route.ifPresent(each -> {
            for (String name : each.authentication()) {
                ObjectNode way = ways.addObject();
                ArrayNode scopes = way.putArray(name);
                boolean token =
                        Optional.ofNullable(config.authenticators().get(name))
                                .flatMap(AuthenticatorConfig::jwt)
                                .isPresent();
                if (token) {
                    each.access().scopes().forEach(scopes::add);
                }
                admin.ifPresent(way::putArray);
            }
        });
        if (ways.isEmpty()) {
            admin.ifPresent(name -> ways.addObject().putArray(name));
        }
        return ways.isEmpty() ? Optional.empty() : Optional.of(ways);
    }
}
