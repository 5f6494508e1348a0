package io.feiqian.governance;

import java.util.List;
import java.util.Set;

/**
 * One policy of a document. Of those of one kind and group that are for a call, the most specific
 * one alone is applied; policies of different groups are all applied.
 *
 * @param ref its name and version
 * @param sides who applies it
 * @param group within what it competes; empty for the common one
 * @param selector which calls it is for
 * @param per what each has its own count: {@code service}, {@code method}, {@code caller}, {@code
 *     tenant}, {@code cell}, {@code label:NAME}, {@code parameter:NAME}; empty for one count of all
 * @param rule what it says
 */
public record Policy(
        PolicyRef ref,
        Set<Side> sides,
        String group,
        Selector selector,
        List<String> per,
        Rule rule) {
    private static final Set<Rule.Kind> COUNTED =
            Set.of(Rule.Kind.RATE, Rule.Kind.CONCURRENCY, Rule.Kind.BREAKER);

    /** Refuses counts of what is not counted. */
    public Policy {
        if (sides.isEmpty()) {
            throw new IllegalArgumentException(
                    "side: none (expected: caller, provider, both or gateway)");
        }
        for (String each : per) {
            if (!each.matches("service|method|caller|tenant|cell|(label|parameter):.{1,80}")) {
                throw new IllegalArgumentException(
                        "per: \""
                                + each
                                + "\" (expected: service, method, caller, tenant, cell,"
                                + " label:NAME or parameter:NAME)");
            }
        }
        if (!per.isEmpty() && !COUNTED.contains(rule.kind())) {
            throw new IllegalArgumentException(
                    "per: " + per + " (expected: only with rate, concurrency or breaker)");
        }
        if (rule.kind() == Rule.Kind.LABEL && !sides.equals(Set.of(Side.GATEWAY))) {
            throw new IllegalArgumentException("side: " + sides + " (expected: gateway)");
        }
        if (rule.kind() == Rule.Kind.LABEL && !group.isEmpty()) {
            throw new IllegalArgumentException(
                    "group: \"" + group + "\" (expected: none, policies of one label compete)");
        }
        sides = Set.copyOf(sides);
        per = List.copyOf(per);
    }

    /** Within what it competes with others: of these, one alone is applied to a call. */
    String ring() {
        return kind() + "/" + (rule instanceof LabelRule label ? label.name() : group);
    }

    /** The kind of its rule. */
    public Rule.Kind kind() {
        return rule.kind();
    }
}
