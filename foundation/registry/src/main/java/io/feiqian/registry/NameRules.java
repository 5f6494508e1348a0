package io.feiqian.registry;

import io.feiqian.registry.spi.RegistryAuthorizer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who may be registered under which role, and who may watch it, as lines of text: {@code payments
 * register payments}, {@code payments subscribe accounts}. An asterisk alone stands for every
 * identity or role, at the end of a name for all that begin so. What no line allows is refused.
 * Whoever may register a role may see who serves it.
 *
 * @param rules the lines
 */
public record NameRules(List<Rule> rules) implements RegistryAuthorizer {
    private static final String NAME = "(\\*|[A-Za-z0-9][A-Za-z0-9.-]{0,63}\\*?)";
    private static final Pattern LINE =
            Pattern.compile(NAME + "\\s+(register|subscribe)\\s+" + NAME);

    /** Copies the lines. */
    public NameRules {
        rules = List.copyOf(rules);
    }

    /**
     * One line.
     *
     * @param identity who
     * @param registers whether it may register; otherwise it may only watch
     * @param role what
     */
    public record Rule(String identity, boolean registers, String role) {}

    /** Reads lines; empty ones, and what follows a hash sign, are passed over. */
    public static NameRules parse(String text) {
        List<Rule> rules = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String said = line.replaceFirst("#.*", "").strip();
            if (said.isEmpty()) {
                continue;
            }
            Matcher parts = LINE.matcher(said);
            if (!parts.matches()) {
                throw new IllegalArgumentException(
                        "rule: \""
                                + said
                                + "\" (expected: IDENTITY register|subscribe ROLE, such as"
                                + " \"payments subscribe accounts\")");
            }
            rules.add(new Rule(parts.group(1), parts.group(2).equals("register"), parts.group(3)));
        }
        return new NameRules(rules);
    }

    @Override
    public boolean mayRegister(String identity, String role) {
        return rules.stream()
                .anyMatch(each ->
                        each.registers && fits(each.identity, identity) && fits(each.role, role));
    }

    @Override
    public boolean maySubscribe(String identity, String role) {
        return rules.stream()
                .anyMatch(each -> fits(each.identity, identity) && fits(each.role, role));
    }

    private static boolean fits(String pattern, String name) {
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }
}
