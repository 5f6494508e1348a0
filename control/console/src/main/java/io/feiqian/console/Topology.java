package io.feiqian.console;

import io.feiqian.observatory.CallPattern;
import io.feiqian.observatory.CallSum;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who calls whom, how often, for how long and with what success: a pure function of the counts.
 * Lengths are in units of the picture.
 *
 * @param kept whether there is an observatory at all
 * @param minutes how far back
 * @param nodes who took part
 * @param edges who called whom
 * @param calls every kind of call, the most time first
 * @param patterns the same call many times in one trace
 */
public record Topology(
        boolean kept,
        int minutes,
        List<Node> nodes,
        List<Edge> edges,
        List<CallSum> calls,
        List<CallPattern> patterns) {
    /** The size of a node. */
    public static final int NODE_WIDTH = 170;

    /** The size of a node. */
    public static final int NODE_HEIGHT = 58;

    private static final int COLUMN = 330;
    private static final int ROW = 90;
    private static final int MARGIN = 24;

    /** One in a hundred calls fails: somebody should look. */
    private static final double UNHEALTHY = 0.01;

    /** Copies the lists. */
    public Topology {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
        calls = List.copyOf(calls);
        patterns = List.copyOf(patterns);
    }

    /**
     * Who takes part: a role, a cell, or a database.
     *
     * @param calls what it served; of a database, what was asked of it
     */
    public record Node(
            String name, int x, int y, long calls, long failures, long meanMicros, long longest) {
        /** Whether more than one call in a hundred failed. */
        public boolean unhealthy() {
            return failures > calls * UNHEALTHY;
        }

        /** Where its traces of the last minutes are. */
        public String link(int minutes) {
            return "/traces?minutes=%d&node=%s"
                    .formatted(minutes, URLEncoder.encode(name, StandardCharsets.UTF_8));
        }
    }

    /**
     * Calls between two of them.
     *
     * @param path the line in the picture
     */
    public record Edge(
            String from, String to, long calls, long failures, long meanMicros, String path) {
        /** Whether more than one call in a hundred failed. */
        public boolean unhealthy() {
            return failures > calls * UNHEALTHY;
        }
    }

    private record Sum(long calls, long failures, long total, long longest) {
        static final Sum NONE = new Sum(0, 0, 0, 0);

        Sum plus(CallSum more) {
            return new Sum(
                    calls + more.calls(),
                    failures + more.failures(),
                    total + more.totalMicros(),
                    Math.max(longest, more.longestMicros()));
        }

        long mean() {
            return calls == 0 ? 0 : total / calls;
        }
    }

    private record Line(String from, String to) {}

    static Topology of(int minutes, List<CallSum> calls, List<CallPattern> patterns) {
        Map<String, Sum> served = new TreeMap<>();
        Map<Line, Sum> lines = new LinkedHashMap<>();
        for (CallSum each : calls) {
            if (!each.kind().isCall()) {
                served.merge(each.node(), Sum.NONE.plus(each), (a, b) -> a.plus(each));
            } else if (!each.target().isEmpty() && !each.target().equals(each.node())) {
                lines.merge(
                        new Line(each.node(), each.target()),
                        Sum.NONE.plus(each),
                        (a, b) -> a.plus(each));
            }
        }
        Map<String, Integer> columns = columns(served, lines);
        Map<String, Node> nodes = place(columns, served, lines);
        List<Edge> edges = new ArrayList<>();
        lines.forEach((line, sum) -> {
            Node from = nodes.get(line.from());
            Node to = nodes.get(line.to());
            if (from != null && to != null) {
                edges.add(
                        new Edge(
                                line.from(),
                                line.to(),
                                sum.calls(),
                                sum.failures(),
                                sum.mean(),
                                path(from, to)));
            }
        });
        return new Topology(true, minutes, List.copyOf(nodes.values()), edges, calls, patterns);
    }

    /** How wide the picture is. */
    public int width() {
        return nodes.stream().mapToInt(Node::x).max().orElse(0) + NODE_WIDTH + 3 * MARGIN;
    }

    /** How high the picture is. */
    public int height() {
        return nodes.stream().mapToInt(Node::y).max().orElse(0) + NODE_HEIGHT + MARGIN;
    }

    /** Whom nobody calls on the left, then whom they call; what calls nobody on the right. */
    private static Map<String, Integer> columns(Map<String, Sum> served, Map<Line, Sum> lines) {
        TreeSet<String> names = new TreeSet<>(served.keySet());
        TreeSet<String> called = new TreeSet<>();
        TreeSet<String> calling = new TreeSet<>();
        lines.keySet()
                .forEach(line -> {
                    names.add(line.from());
                    names.add(line.to());
                    calling.add(line.from());
                    called.add(line.to());
                });
        Map<String, Integer> columns = new TreeMap<>();
        for (String name : names) {
            boolean last =
                    called.contains(name) && !calling.contains(name) && !served.containsKey(name);
            columns.put(name, last ? 2 : called.contains(name) ? 1 : 0);
        }
        return columns;
    }

    private static Map<String, Node> place(
            Map<String, Integer> columns, Map<String, Sum> served, Map<Line, Sum> lines) {
        Map<String, Node> nodes = new LinkedHashMap<>();
        Map<Integer, Integer> filled = new TreeMap<>();
        columns.forEach((name, column) -> {
            int row = filled.merge(column, 1, Integer::sum) - 1;
            Sum sum = served.get(name);
            if (sum == null) {
                sum = asked(name, lines);
            }
            nodes.put(
                    name,
                    new Node(
                            name,
                            MARGIN + column * COLUMN,
                            MARGIN + row * ROW,
                            sum.calls(),
                            sum.failures(),
                            sum.mean(),
                            sum.longest()));
        });
        return nodes;
    }

    private static Sum asked(String name, Map<Line, Sum> lines) {
        Sum all = Sum.NONE;
        for (Map.Entry<Line, Sum> each : lines.entrySet()) {
            if (each.getKey().to().equals(name)) {
                Sum more = each.getValue();
                all =
                        new Sum(
                                all.calls() + more.calls(),
                                all.failures() + more.failures(),
                                all.total() + more.total(),
                                Math.max(all.longest(), more.longest()));
            }
        }
        return all;
    }

    /** Straight to the right; in a bow beside the column between two of one column. */
    private static String path(Node from, Node to) {
        int fromY = from.y() + NODE_HEIGHT / 2;
        int toY = to.y() + NODE_HEIGHT / 2;
        if (from.x() < to.x()) {
            int middle = (from.x() + NODE_WIDTH + to.x()) / 2;
            return "M%d %d C%d %d %d %d %d %d"
                    .formatted(
                            from.x() + NODE_WIDTH, fromY, middle, fromY, middle, toY, to.x(), toY);
        }
        // Down on the right side, up on the left, so that both ways can be told apart.
        boolean down = from.y() < to.y();
        int side = down ? from.x() + NODE_WIDTH : from.x();
        int bow = down ? side + 60 : side - 60;
        return "M%d %d C%d %d %d %d %d %d"
                .formatted(
                        side,
                        fromY,
                        bow,
                        fromY,
                        bow,
                        toY,
                        down ? to.x() + NODE_WIDTH : to.x(),
                        toY);
    }
}
