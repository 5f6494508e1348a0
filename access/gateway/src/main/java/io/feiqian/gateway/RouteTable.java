package io.feiqian.gateway;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which method answers at which path. Immutable. */
final class RouteTable {
    /** What is at a path. */
    sealed interface Found {
        /** This method, with the values of its path's variables. */
        record Method(ApiMethod method, Map<String, String> variables) implements Found {}

        /** Something, but not with this verb. */
        record OtherVerbs(SortedSet<String> allowed) implements Found {}

        /** Nothing. */
        record Nothing() implements Found {}
    }

    private final List<ApiMethod> methods;

    private RouteTable(List<ApiMethod> methods) {
        this.methods = methods;
    }

    /**
     * The table of these services.
     *
     * @throws IllegalArgumentException where two methods claim the same path and verb
     */
    static RouteTable of(List<ServiceDescriptor> services) {
        List<ApiMethod> methods =
                services.stream().flatMap(each -> ApiMethod.of(each).stream()).toList();
        for (int i = 0; i < methods.size(); i++) {
            for (int j = i + 1; j < methods.size(); j++) {
                requireApart(methods.get(i), methods.get(j));
            }
        }
        return new RouteTable(methods);
    }

    /** What is at this path; HEAD is asked like GET. */
    Found find(String verb, String path) {
        String asked = verb.equals("HEAD") ? "GET" : verb;
        List<String> segments = PathTemplate.split(path);
        SortedSet<String> others = new TreeSet<>();
        for (ApiMethod each : methods) {
            Optional<Map<String, String>> variables = each.path().match(segments);
            if (variables.isPresent()) {
                if (each.verb().equals(asked)) {
                    return new Found.Method(each, variables.get());
                }
                others.add(each.verb());
                if (each.verb().equals("GET")) {
                    others.add("HEAD");
                }
            }
        }
        return others.isEmpty() ? new Found.Nothing() : new Found.OtherVerbs(others);
    }

    List<ApiMethod> methods() {
        return methods;
    }

    private static void requireApart(ApiMethod a, ApiMethod b) {
        if (a.verb().equals(b.verb()) && shape(a).equals(shape(b))) {
            throw new IllegalArgumentException(
                    "%s and %s both at %s %s"
                            .formatted(a.name(), b.name(), a.verb(), a.path().text()));
        }
    }

    private static List<String> shape(ApiMethod method) {
        return method.path().segments().stream()
                .map(each -> each.startsWith("{") ? "{}" : each)
                .toList();
    }
}
