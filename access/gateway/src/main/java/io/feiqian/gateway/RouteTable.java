package io.feiqian.gateway;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which method answers at which path: a tree of segments, so that finding one takes as many steps
 * as the path has segments, however many methods there are. A literal segment goes before a
 * variable. Immutable.
 */
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

    /** What follows on the same beginnings of paths; written while the table is made only. */
    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private final List<ApiMethod> here = new ArrayList<>();
        private @Nullable Node variable;
    }

    private static final String VARIABLE = "{}";

    private final List<ApiMethod> methods;
    private final Node root = new Node();

    private RouteTable(List<ApiMethod> methods) {
        this.methods = methods;
        methods.forEach(this::add);
    }

    /**
     * The table of these services.
     *
     * @throws IllegalArgumentException where two methods claim the same path and verb
     */
    static RouteTable of(List<ServiceDescriptor> services) {
        return new RouteTable(
                services.stream().flatMap(each -> ApiMethod.of(each).stream()).toList());
    }

    /** What is at this path; HEAD is asked like GET. */
    Found find(String verb, String path) {
        String asked = verb.equals("HEAD") ? "GET" : verb;
        List<String> segments = PathTemplate.split(path);
        SortedSet<String> others = new TreeSet<>();
        ApiMethod found = find(root, segments, 0, asked, others);
        if (found != null) {
            Optional<Map<String, String>> variables = found.path().match(segments);
            return new Found.Method(found, variables.orElseThrow());
        }
        if (others.contains("GET")) {
            others.add("HEAD");
        }
        return others.isEmpty() ? new Found.Nothing() : new Found.OtherVerbs(others);
    }

    List<ApiMethod> methods() {
        return methods;
    }

    private static @Nullable ApiMethod find(
            Node at, List<String> segments, int next, String verb, SortedSet<String> others) {
        if (next == segments.size()) {
            for (ApiMethod each : at.here) {
                if (each.verb().equals(verb)) {
                    return each;
                }
                others.add(each.verb());
            }
            return null;
        }
        String segment = segments.get(next);
        Node literal = at.literals.get(segment);
        ApiMethod found = literal == null ? null : find(literal, segments, next + 1, verb, others);
        Node variable = at.variable;
        return found != null || variable == null || segment.isEmpty()
                ? found
                : find(variable, segments, next + 1, verb, others);
    }

    private void add(ApiMethod method) {
        Node node = root;
        for (String each : shape(method)) {
            if (each.equals(VARIABLE)) {
                Node variable = node.variable;
                if (variable == null) {
                    variable = new Node();
                    node.variable = variable;
                }
                node = variable;
            } else {
                node = node.literals.computeIfAbsent(each, name -> new Node());
            }
        }
        for (ApiMethod other : node.here) {
            if (other.verb().equals(method.verb())) {
                throw new IllegalArgumentException(
                        "%s and %s both at %s %s (expected: one of them)"
                                .formatted(
                                        other.name(),
                                        method.name(),
                                        other.verb(),
                                        other.path().text()));
            }
        }
        node.here.add(method);
    }

    private static List<String> shape(ApiMethod method) {
        return method.path().segments().stream()
                .map(each -> each.startsWith("{") ? VARIABLE : each)
                .toList();
    }
}
