package io.feiqian.orchestration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * An expression over the variables of an orchestration. Small, without side effects, and every
 * evaluation ends: there are paths ({@code order.lines[0].amount}), literals, objects and lists
 * made of expressions, comparisons, {@code and}, {@code or}, {@code not}, {@code +} and {@code -}
 * on exact decimals, and the functions {@code size}, {@code number} and {@code text}. A path that
 * leads nowhere is {@code null}. Immutable, thread-safe; equal where the text is. Row: D6.4-b.
 */
public final class Expression {
    /** How long an expression may be, in characters. */
    public static final int LONGEST = 2_000;

    private final String text;
    private final ExpressionNode root;

    private Expression(String text, ExpressionNode root) {
        this.text = text;
        this.root = root;
    }

    /**
     * Reads an expression.
     *
     * @throws DefinitionException with {@link Flaw.Code#INVALID_EXPRESSION} and the place in the
     *     text
     */
    public static Expression of(String text) {
        return new Expression(text, new ExpressionParser(text).parse());
    }

    /** What {@link #of} read. */
    public String text() {
        return text;
    }

    /** The variables that it names. */
    public Set<String> variables() {
        Set<String> names = new TreeSet<>();
        root.variables(names);
        return names;
    }

    /**
     * Its value.
     *
     * @throws ExpressionFault where the variables are of another kind than it expects
     */
    JsonNode value(Map<String, JsonNode> variables) {
        return root.value(variables);
    }

    /**
     * Its value as a condition.
     *
     * @throws ExpressionFault where it is neither true nor false
     */
    boolean holds(Map<String, JsonNode> variables) {
        return ExpressionNode.truth(value(variables), text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Expression that && that.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
