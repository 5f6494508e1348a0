package io.feiqian.governance;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All releases of a system and how far each has come. Immutable.
 *
 * @param releases in the order in which they were begun
 */
public record ReleaseDocument(List<GrayRelease> releases) {
    /** More than anybody can oversee; those that are over are taken out. */
    static final int MOST = 50;

    /** No release. */
    public static final ReleaseDocument NONE = new ReleaseDocument(List.of());

    /** Refuses two of one name, and two at a time with one label. */
    public ReleaseDocument {
        releases = List.copyOf(releases);
        if (releases.size() > MOST) {
            throw new PolicyException(
                    "releases: " + releases.size() + " (expected: at most " + MOST + ")");
        }
        Set<String> ids = new HashSet<>();
        Map<String, String> labels = new HashMap<>();
        for (GrayRelease each : releases) {
            if (!ids.add(each.id())) {
                throw new PolicyException(
                        "releases: two with id " + each.id() + " (expected: one)");
            }
            String other = each.percent() == 0 ? null : labels.put(each.label(), each.id());
            if (other != null) {
                throw new PolicyException(
                        "releases: %s and %s have the label %s (expected: one at a time; remove what is over)"
                                .formatted(other, each.id(), each.label()));
            }
        }
        if (labels.size() > LabelRule.MOST_NAMES) {
            throw new PolicyException(
                    "releases: %d at a time (expected: at most %d)"
                            .formatted(labels.size(), LabelRule.MOST_NAMES));
        }
    }

    /**
     * Reads a document.
     *
     * @throws PolicyException where it is none; says where, what came and what was expected
     */
    public static ReleaseDocument parse(String json) {
        return ReleaseText.read(json);
    }

    /** The release of this name. */
    public Optional<GrayRelease> find(String id) {
        return releases.stream().filter(each -> each.id().equals(id)).findFirst();
    }
}
