package io.feiqian.governance;

import io.feiqian.governance.Release.Counted;
import io.feiqian.governance.Release.Phase;
import io.feiqian.governance.Release.Served;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What drives releases knows: how each step began, and what all processes together have counted. It
 * holds nothing that must not be lost: whoever takes over observes the step anew. Not thread-safe.
 */
public final class ReleaseDrive {
    private static final Counted NOTHING = new Counted(Served.NOTHING, Served.NOTHING);
    private static final String MISSING = "waits for an instance of B in every service and cell";

    private final Map<String, Driven> driven = new HashMap<>();
    private final Map<String, Map<String, Counted>> heard = new HashMap<>();
    private final Map<String, Counted> totals = new HashMap<>();

    /** A release with the entry that it was last seen with. */
    private record Driven(GrayRelease entry, Release state) {
        boolean isOf(GrayRelease now) {
            return entry.plan().equals(now.plan())
                    && entry.phase() == now.phase()
                    && entry.step() == now.step();
        }
    }

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

    /**
     * What becomes of a release that is under way.
     *
     * @param entry as it stands in the document
     * @param present whether every service of it has an instance of B
     * @return the state that is to be published: another phase, another step, or something else
     *     that it waits for; empty where nothing changes
     */
    public Optional<Release> next(GrayRelease entry, long nowNanos, boolean present) {
        Counted counted = totals.getOrDefault(entry.id(), NOTHING);
        Driven known = driven.get(entry.id());
        if (known == null || !known.isOf(entry)) {
            known = new Driven(entry, entry.from(nowNanos, counted));
        }
        Release next = known.state.next(nowNanos, counted);
        if (next.phase() == Phase.RUNNING && !present) {
            // Nobody is served by B: time that passes so says nothing.
            next = because(entry.from(nowNanos, counted), MISSING);
        } else if (next.phase() == Phase.RUNNING && next.why().equals(MISSING)) {
            next = because(next, "B is there");
        }
        boolean moves = next.phase() != entry.phase() || next.step() != entry.step();
        driven.put(entry.id(), new Driven(entry, moves ? known.state : next));
        return moves || !topic(next.why()).equals(topic(entry.why()))
                ? Optional.of(next)
                : Optional.empty();
    }

    /** Forgets every release but these. */
    public void retain(Set<String> ids) {
        driven.keySet().retainAll(ids);
        totals.keySet().retainAll(ids);
    }

    private static Release because(Release release, String why) {
        return new Release(
                release.plan(),
                release.phase(),
                release.step(),
                release.sinceNanos(),
                release.before(),
                release.lastOfA(),
                why);
    }

    /** What it is about, without the numbers, which change all the time. */
    private static String topic(String why) {
        int colon = why.indexOf(':');
        return colon < 0 ? why : why.substring(0, colon);
    }

    private static Served plus(Served one, Served other) {
        return new Served(
                one.calls() + other.calls(),
                one.failed() + other.failed(),
                one.nanos() + other.nanos());
    }
}
