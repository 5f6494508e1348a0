package io.feiqian.governance;

import java.util.List;

/**
 * Which requests get a label where they come into the system (P6.2.2.2-a, B6.4-a): those that one
 * of the rules is for. The label goes with everything that is done for them.
 *
 * @param name the label, such as {@code release}
 * @param value what it is then, such as {@code b}
 * @param rules the requests; the order means nothing
 */
public record LabelRule(String name, String value, List<Share> rules) implements Rule {
    /** So many names of labels can policies set; as many again are left for releases. */
    static final int MOST_NAMES = 4;

    /** Refuses words that could not travel, and a label that nobody gets. */
    public LabelRule {
        TravellingLabel.requireWord("name", name);
        TravellingLabel.requireWord("value", value);
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("rules: [] (expected: which requests)");
        }
        rules = List.copyOf(rules);
    }

    @Override
    public Kind kind() {
        return Kind.LABEL;
    }

    /**
     * Some of the requests.
     *
     * @param when which ones; a parameter {@code header:NAME} is a header of the request
     * @param percent how many of them, over 0 and up to 100, in steps of 0.01: always the same ones
     * @param of the parameters by which they are told, the first that a request has; of a request
     *     without any of them none
     */
    public record Share(Selector when, double percent, List<String> of) {
        /** Refuses a share of nothing, and one that nothing tells. */
        public Share {
            if (percent <= 0 || percent > 100) {
                throw new IllegalArgumentException(
                        "percent: " + percent + " (expected: over 0 to 100)");
            }
            if (of.isEmpty() && percent < 100) {
                throw new IllegalArgumentException(
                        "of: [] (expected: the parameters by which " + percent + " % are told)");
            }
            if (when.equals(Selector.ALL) && percent == 100 && !of.isEmpty()) {
                throw new IllegalArgumentException("of: " + of + " (expected: only with percent)");
            }
            of = List.copyOf(of);
        }
    }
}
