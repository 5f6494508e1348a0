package io.feiqian.layer4;

import io.feiqian.proxy.ServerNameConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which pool a server name leads to: the whole name counts before a wildcard, the longer wildcard
 * before the shorter. Immutable.
 */
final class ServerNames {
    private final Map<String, String> exact = new HashMap<>();
    private final Map<String, String> below = new HashMap<>();

    ServerNames(List<ServerNameConfig> configs) {
        for (ServerNameConfig each : configs) {
            for (String name : each.names()) {
                String lower = name.toLowerCase(Locale.ROOT);
                // The first that says something of a name counts.
                if (lower.startsWith("*.")) {
                    below.putIfAbsent(lower.substring(2), each.pool());
                } else {
                    exact.putIfAbsent(lower, each.pool());
                }
            }
        }
    }

    boolean isEmpty() {
        return exact.isEmpty() && below.isEmpty();
    }

    /** The pool of this name, which is in lower case. */
    Optional<String> pool(String name) {
        String whole = exact.get(name);
        if (whole != null) {
            return Optional.of(whole);
        }
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            String found = below.get(name.substring(dot + 1));
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }
}
