package io.feiqian.orchestration;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.orchestration.ExpressionNode.Binary;
import io.feiqian.orchestration.ExpressionNode.Function;
import io.feiqian.orchestration.ExpressionNode.Operator;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Reads one expression, by descent; deeper than {@link #DEEPEST} is refused. */
final class ExpressionParser {
    private static final int DEEPEST = 24;
    private static final Set<String> WORDS =
            Set.of("and", "or", "not", "true", "false", "null", "size", "number", "text");

    private final String text;
    private int at;
    private int depth;

    ExpressionParser(String text) {
        this.text = text;
    }

    /** Whether a variable may have this name. */
    static boolean isName(String name) {
        return name.matches("[A-Za-z][A-Za-z0-9_]{0,59}") && !WORDS.contains(name);
    }

    ExpressionNode parse() {
        if (text.length() > Expression.LONGEST) {
            throw wrong("at most " + Expression.LONGEST + " characters");
        }
        ExpressionNode whole = either();
        if (!atEnd()) {
            throw wrong("an operator or the end");
        }
        return whole;
    }

    private ExpressionNode either() {
        return deeper(() -> {
            ExpressionNode left = both();
            while (word("or")) {
                left = new Binary(Operator.OR, left, both());
            }
            return left;
        });
    }

    private ExpressionNode both() {
        ExpressionNode left = denied();
        while (word("and")) {
            left = new Binary(Operator.AND, left, denied());
        }
        return left;
    }

    private ExpressionNode denied() {
        return word("not") ? deeper(() -> new ExpressionNode.Not(denied())) : comparison();
    }

    private ExpressionNode comparison() {
        ExpressionNode left = sum();
        return comparator()
                .map(each -> (ExpressionNode) new Binary(each, left, sum()))
                .orElse(left);
    }

    private Optional<Operator> comparator() {
        if (sign("==")) {
            return Optional.of(Operator.EQUAL);
        }
        if (sign("!=")) {
            return Optional.of(Operator.UNEQUAL);
        }
        if (sign("<=")) {
            return Optional.of(Operator.AT_MOST);
        }
        if (sign(">=")) {
            return Optional.of(Operator.AT_LEAST);
        }
        if (sign("<")) {
            return Optional.of(Operator.LESS);
        }
        return sign(">") ? Optional.of(Operator.MORE) : Optional.empty();
    }

    private ExpressionNode sum() {
        ExpressionNode left = path();
        int terms = 0;
        while (true) {
            Operator operator;
            if (sign("+")) {
                operator = Operator.PLUS;
            } else if (sign("-")) {
                operator = Operator.MINUS;
            } else {
                return left;
            }
            if (++terms > DEEPEST) {
                throw wrong("at most " + DEEPEST + " terms");
            }
            left = new Binary(operator, left, path());
        }
    }

    private ExpressionNode path() {
        ExpressionNode found = primary();
        int members = 0;
        while (true) {
            if (sign(".")) {
                found = new ExpressionNode.Member(found, memberName());
            } else if (sign("[")) {
                found = new ExpressionNode.Element(found, either());
                expect("]");
            } else {
                return found;
            }
            if (++members > DEEPEST) {
                throw wrong("at most " + DEEPEST + " members");
            }
        }
    }

    private ExpressionNode primary() {
        skip();
        if (at == text.length()) {
            throw wrong("a value");
        }
        char first = text.charAt(at);
        if (first == '(') {
            at++;
            ExpressionNode inner = either();
            expect(")");
            return inner;
        }
        if (first == '{') {
            return object();
        }
        if (first == '[') {
            at++;
            return new ExpressionNode.MakeList(listed("]", this::either));
        }
        if (first == '\'') {
            return new ExpressionNode.Literal(Json.NODES.textNode(quoted()));
        }
        if (first == '-' || isDigit(first)) {
            return new ExpressionNode.Literal(number());
        }
        return named();
    }

    private ExpressionNode object() {
        at++;
        Set<String> names = new HashSet<>();
        return new ExpressionNode.MakeObject(
                listed(
                        "}",
                        () -> {
                            skip();
                            String name =
                                    at < text.length() && text.charAt(at) == '\''
                                            ? quoted()
                                            : memberName();
                            if (!names.add(name)) {
                                throw wrong("each member once");
                            }
                            expect(":");
                            return Map.entry(name, either());
                        }));
    }

    private <T> List<T> listed(String end, Supplier<T> each) {
        List<T> all = new ArrayList<>();
        if (sign(end)) {
            return all;
        }
        do {
            all.add(each.get());
        } while (sign(","));
        expect(end);
        return List.copyOf(all);
    }

    private ExpressionNode named() {
        int start = at;
        String name = memberName();
        switch (name) {
            case "true":
                return new ExpressionNode.Literal(Json.NODES.booleanNode(true));
            case "false":
                return new ExpressionNode.Literal(Json.NODES.booleanNode(false));
            case "null":
                return new ExpressionNode.Literal(Json.NODES.nullNode());
            case "size":
                return applied(Function.SIZE);
            case "number":
                return applied(Function.NUMBER);
            case "text":
                return applied(Function.TEXT);
            default:
                if (!isName(name)) {
                    at = start;
                    throw wrong("a value");
                }
                return new ExpressionNode.Variable(name);
        }
    }

    private ExpressionNode applied(Function function) {
        expect("(");
        ExpressionNode to = either();
        expect(")");
        return new ExpressionNode.Applied(function, to);
    }

    private String memberName() {
        skip();
        int start = at;
        while (at < text.length() && isNameCharacter(text.charAt(at))) {
            at++;
        }
        if (start == at || isDigit(text.charAt(start))) {
            at = start;
            throw wrong("a name");
        }
        return text.substring(start, at);
    }

    private String quoted() {
        StringBuilder content = new StringBuilder();
        int start = at++;
        while (at < text.length()) {
            char each = text.charAt(at++);
            if (each != '\'') {
                content.append(each);
            } else if (at < text.length() && text.charAt(at) == '\'') {
                content.append('\'');
                at++;
            } else {
                if (!Json.isStorable(content.toString())) {
                    at = start;
                    throw wrong("a text that a database can hold");
                }
                return content.toString();
            }
        }
        at = start;
        throw wrong("a closing quote");
    }

    private JsonNode number() {
        int start = at;
        if (text.charAt(at) == '-') {
            at++;
        }
        while (at < text.length() && (isDigit(text.charAt(at)) || isPoint())) {
            at++;
        }
        String written = text.substring(start, at);
        if (!written.matches("-?[0-9]+(\\.[0-9]+)?")) {
            at = start;
            throw wrong("a decimal");
        }
        BigDecimal value = new BigDecimal(written);
        if (!Json.isWithinBounds(value)) {
            at = start;
            throw wrong("at most " + Json.MOST_DIGITS + " digits");
        }
        return value.scale() == 0 && value.precision() <= 9
                ? Json.NODES.numberNode(value.intValueExact())
                : Json.NODES.numberNode(value);
    }

    private boolean isPoint() {
        return text.charAt(at) == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1));
    }

    private <T> T deeper(Supplier<T> inner) {
        if (++depth > DEEPEST) {
            throw wrong("at most " + DEEPEST + " levels");
        }
        T read = inner.get();
        depth--;
        return read;
    }

    private boolean word(String word) {
        skip();
        int end = at + word.length();
        if (!text.startsWith(word, at)
                || (end < text.length() && isNameCharacter(text.charAt(end)))) {
            return false;
        }
        at = end;
        return true;
    }

    private boolean sign(String sign) {
        skip();
        if (!text.startsWith(sign, at)) {
            return false;
        }
        at += sign.length();
        return true;
    }

    private void expect(String sign) {
        if (!sign(sign)) {
            throw wrong(sign);
        }
    }

    private boolean atEnd() {
        skip();
        return at == text.length();
    }

    private void skip() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isNameCharacter(char each) {
        return each == '_'
                || isDigit(each)
                || (each >= 'a' && each <= 'z')
                || (each >= 'A' && each <= 'Z');
    }

    private static boolean isDigit(char each) {
        return each >= '0' && each <= '9';
    }

    private DefinitionException wrong(String expected) {
        return DefinitionException.of(
                Flaw.Code.INVALID_EXPRESSION,
                "character " + (at + 1),
                "expression: %s (expected: %s)".formatted(Texts.shown(text), expected));
    }
}
