package io.feiqian.governance;

import io.feiqian.governance.Release.Counted;
import io.feiqian.governance.Release.Phase;
import io.feiqian.governance.Release.Served;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What drives releases knows: how each step began, and what all processes together have counted. It
 * holds nothing that must not be lost: whoever takes over observes the step anew. Not thread-safe.
 */
public final class ReleaseDrive {
    private final Map<String, Driven> driven = new HashMap<>();
    private final Map<String, Map<String, Counted>> heard = new HashMap<>();
    private final Map<String, Counted> totals = new HashMap<>();

    /** A release with the entry that it was last seen with. */
    private record Driven(GrayRelease entry, Release state) {}

    /**
     * Takes what a process has counted so far. What it had counted before it was first heard is not
     * taken, since nobody knows of which step it was.
     *
     * @param reporter the process's name
     */
    public void heard(String reporter, Map<String, Counted> counted) {
        Map<String, Counted> before = heard.getOrDefault(reporter, Map.of());
        counted.forEach((id, now) -> {
            Counted last = before.getOrDefault(id, now);
            Counted all = totals.getOrDefault(id, NOTHING);
            totals.put(
                    id,
                    new Counted(
                            plus(all.a(), now.a().since(last.a())),
                            plus(all.b(), now.b().since(last.b()))));
        });
        heard.put(reporter, Map.copyOf(counted));
    }

    private static final Counted NOTHING = new Counted(Served.NOTHING, Served.NOTHING);

    /**
     * What becomes of a release that is under way.
     *
     * @param entry as it stands in the document
     * @param present whether every service of it has an instance of B
     * @return the state that is to be published; empty where nothing changes
     */
    public Optional<Release> next(GrayRelease entry, long nowNanos, boolean present) {
        Counted counted = totals.getOrDefault(entry.id(), NOTHING);
        Driven known = driven.get(entry.id());
        if (known == null || !known.entry.equals(entry)) {
            driven.put(entry.id(), new Driven(entry, entry.from(nowNanos, counted)));
            return Optional.empty();
        }
        Release next = known.state.next(nowNanos, counted);
        if (next.phase() != Phase.ROLLED_BACK && !present) {
            // Nobody is served by B: time that passes so says nothing.
            driven.put(entry.id(), new Driven(entry, entry.from(nowNanos, counted)));
            return Optional.empty();
        }
        boolean moves = next.phase() != entry.phase() || next.step() != entry.step();
        if (!moves) {
            driven.put(entry.id(), new Driven(entry, next));
        }
        return moves ? Optional.of(next) : Optional.empty();
    }

    /** What it says of a release at this moment, for people; empty where it knows nothing. */
    public String says(String id) {
        Driven known = driven.get(id);
        return known == null ? "" : known.state.why();
    }

    private static Served plus(Served one, Served other) {
        return new Served(
                one.calls() + other.calls(),
                one.failed() + other.failed(),
                one.nanos() + other.nanos());
    }
}
