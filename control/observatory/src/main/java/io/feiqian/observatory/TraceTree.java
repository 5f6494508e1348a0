package io.feiqian.observatory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A trace as a tree: which span lies below which, what each did by itself, and the critical path:
 * the spans that would have to be faster for the whole to be faster (S.dst-8). A pure function of
 * the spans; those whose parent is missing stand at the top, and none is ever lost or shown twice,
 * whatever the spans say of each other.
 *
 * @param rows every span once, each after its parent, siblings in the order in which they began
 */
public record TraceTree(List<Row> rows) {
    /** Copies the list. */
    public TraceTree {
        rows = List.copyOf(rows);
    }

    /**
     * A span in the tree.
     *
     * @param span the span
     * @param depth 0 at the top
     * @param critical whether it lies on the critical path
     * @param ownMicros the time in which none of its children was at work
     */
    public record Row(SpanRecord span, int depth, boolean critical, long ownMicros) {}

    /** The tree of these spans of one trace. */
    public static TraceTree of(List<SpanRecord> spans) {
        return new Builder(spans).build();
    }

    /** When the first began, microseconds since 1970; 0 without spans. */
    public long startedMicros() {
        return rows.stream().mapToLong(each -> each.span().startedMicros()).min().orElse(0);
    }

    /** From the first beginning to the last end. */
    public long durationMicros() {
        return rows.stream().mapToLong(each -> each.span().endedMicros()).max().orElse(0)
                - startedMicros();
    }

    private static final class Builder {
        private static final Comparator<SpanRecord> BY_BEGINNING =
                Comparator.comparingLong(SpanRecord::startedMicros)
                        .thenComparing(
                                Comparator.comparingLong(SpanRecord::durationMicros).reversed())
                        .thenComparingLong(SpanRecord::id);

        private final Map<Long, SpanRecord> byId = new HashMap<>();
        private final Map<Long, List<SpanRecord>> children = new HashMap<>();
        private final List<SpanRecord> sorted;
        private final Set<Long> critical = new HashSet<>();
        private final Set<Long> placed = new HashSet<>();
        private final List<Row> rows = new ArrayList<>();

        Builder(List<SpanRecord> spans) {
            for (SpanRecord each : spans) {
                byId.putIfAbsent(each.id(), each);
            }
            sorted = byId.values().stream().sorted(BY_BEGINNING).toList();
            for (SpanRecord each : sorted) {
                children.computeIfAbsent(each.parent(), _ -> new ArrayList<>()).add(each);
            }
        }

        TraceTree build() {
            List<SpanRecord> tops =
                    sorted.stream().filter(each -> !byId.containsKey(each.parent())).toList();
            tops.stream()
                    .max(Comparator.comparingLong(SpanRecord::durationMicros))
                    .ifPresent(longest -> follow(longest, longest.endedMicros()));
            tops.forEach(each -> place(each, 0));
            // Whoever is left is in a circle, which only a sender in error makes.
            sorted.forEach(each -> place(each, 0));
            return new TraceTree(rows);
        }

        /** Without recursion: a chain of spans may be as long as a sender likes. */
        private void place(SpanRecord top, int depth) {
            List<Row> open = new ArrayList<>(List.of(row(top, depth)));
            while (!open.isEmpty()) {
                Row next = open.removeLast();
                if (!placed.add(next.span().id())) {
                    continue;
                }
                rows.add(next);
                for (SpanRecord child : below(next.span()).reversed()) {
                    open.add(row(child, next.depth() + 1));
                }
            }
        }

        private Row row(SpanRecord span, int depth) {
            return new Row(span, depth, critical.contains(span.id()), own(span));
        }

        /**
         * Backwards from the end: what ended last held up the rest, then what ended before that.
         */
        private void follow(SpanRecord top, long until) {
            List<SpanRecord> open = new ArrayList<>(List.of(top));
            Map<Long, Long> ends = new HashMap<>(Map.of(top.id(), until));
            while (!open.isEmpty()) {
                SpanRecord span = open.removeLast();
                if (!critical.add(span.id())) {
                    continue;
                }
                long cursor = Math.min(span.endedMicros(), ends.getOrDefault(span.id(), until));
                List<SpanRecord> byEnd =
                        below(span).stream()
                                .sorted(
                                        Comparator.comparingLong(SpanRecord::endedMicros)
                                                .reversed())
                                .toList();
                for (SpanRecord child : byEnd) {
                    long end = Math.min(child.endedMicros(), span.endedMicros());
                    // What follows may begin a little before who was waited for has noted its end.
                    long over = Math.max(0, end - cursor);
                    if (end > child.startedMicros() && over * 4 <= child.durationMicros()) {
                        ends.put(child.id(), end);
                        open.add(child);
                        cursor = child.startedMicros();
                    }
                }
            }
        }

        private long own(SpanRecord span) {
            long own = span.durationMicros();
            long covered = span.startedMicros();
            for (SpanRecord child : below(span)) {
                long from = Math.max(child.startedMicros(), covered);
                long to = Math.min(child.endedMicros(), span.endedMicros());
                if (to > from) {
                    own -= to - from;
                    covered = to;
                }
            }
            return own;
        }

        private List<SpanRecord> below(SpanRecord span) {
            return children.getOrDefault(span.id(), List.of());
        }
    }
}
