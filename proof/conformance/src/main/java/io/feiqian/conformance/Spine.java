package io.feiqian.conformance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The requirements of which only the spine is there and tested, with what is missing; read from
 * {@code spine.csv} beside this class. Immutable.
 */
public final class Spine {
    private static final int COLUMNS = 2;

    private final Map<String, String> missing;

    private Spine(Map<String, String> missing) {
        this.missing = missing;
    }

    /** What this version of the project ships. */
    public static Spine shipped() {
        return parse(Register.resource("spine.csv"));
    }

    /**
     * Reads comma-separated rows of id and what is missing, with a head line.
     *
     * @throws IllegalArgumentException naming the row, where it is not that
     */
    static Spine parse(String csv) {
        Map<String, String> missing = new LinkedHashMap<>();
        List<List<String>> records = Register.records(csv);
        for (List<String> fields : records.subList(1, records.size())) {
            if (fields.size() != COLUMNS || fields.get(1).isBlank()) {
                throw new IllegalArgumentException(
                        "spine: " + fields + " (expected: an id and what is missing)");
            }
            missing.put(fields.get(0), fields.get(1));
        }
        return new Spine(missing);
    }

    /** What of a requirement is missing; empty where nothing is known to be. */
    public Optional<String> missing(String id) {
        return Optional.ofNullable(missing.get(id));
    }

    /** The ids of all of them. */
    public Set<String> ids() {
        return Set.copyOf(missing.keySet());
    }
}
