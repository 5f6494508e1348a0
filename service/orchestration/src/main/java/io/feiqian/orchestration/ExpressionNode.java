package io.feiqian.orchestration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A part of an expression. Immutable. */
sealed interface ExpressionNode {
    /** Its value; throws {@link ExpressionFault} where there is none. */
    JsonNode value(Map<String, JsonNode> variables);

    /** Adds the variables that it names. */
    void variables(Set<String> names);

    record Literal(JsonNode constant) implements ExpressionNode {
        @Override
        public JsonNode value(Map<String, JsonNode> variables) {
            return constant;
        }

        @Override
        public void variables(Set<String> names) {}
    }

    record Variable(String name) implements ExpressionNode {
        @Override
        public JsonNode value(Map<String, JsonNode> variables) {
            return variables.getOrDefault(name, Json.NODES.nullNode());
        }

        @Override
        public void variables(Set<String> names) {
            names.add(name);
        }
    }

    record Member(ExpressionNode of, String name) implements ExpressionNode {
        @Override
        public JsonNode value(Map<String, JsonNode> variables) {
            JsonNode found = of.value(variables).get(name);
            return found == null ? Json.NODES.nullNode() : found;
        }

        @Override
        public void variables(Set<String> names) {
            of.variables(names);
        }
    }

    record Element(ExpressionNode of, ExpressionNode index) implements ExpressionNode {
        @Override
        public JsonNode value(Map<String, JsonNode> variables) {
            BigDecimal number = number(index.value(variables), "an index");
            JsonNode list = of.value(variables);
            boolean inside =
                    number.signum() >= 0
                            && number.stripTrailingZeros().scale() <= 0
                            && number.compareTo(BigDecimal.valueOf(list.size())) < 0;
            JsonNode found = inside ? list.get(number.intValue()) : null;
            return found == null ? Json.NODES.nullNode() : found;
        }

        @Override
        public void variables(Set<String> names) {
            of.variables(names);
            index.variables(names);
        }
    }

    record MakeObject(List<Map.Entry<String, ExpressionNode>> members) implements ExpressionNode {
        @Override
        public JsonNode value(Map<String, JsonNode> variables) {
            ObjectNode made = Json.NODES.objectNode();
            members.forEach(each -> made.set(each.getKey(), each.getValue().value(variables)));
            return made;
        }

        @Override
        public void variables(Set<String> names) {
            members.forEach(each -> each.getValue().variables(names));
        }
    }

    record MakeList(List<ExpressionNode> elements) implements ExpressionNode {
        @Override
        public JsonNode value(Map<String, JsonNode> variables) {
            ArrayNode made = Json.NODES.arrayNode();
            elements.forEach(each -> made.add(each.value(variables)));
            return made;
        }

        @Override
        public void variables(Set<String> names) {
            elements.forEach(each -> each.variables(names));
        }
    }

    record Not(ExpressionNode of) implements ExpressionNode {
        @Override
        public JsonNode value(Map<String, JsonNode> variables) {
            return Json.NODES.booleanNode(!truth(of.value(variables), "not"));
        }

        @Override
        public void variables(Set<String> names) {
            of.variables(names);
        }
    }

    /** What stands between two parts. */
    enum Operator {
        OR,
        AND,
        EQUAL,
        UNEQUAL,
        LESS,
        AT_MOST,
        MORE,
        AT_LEAST,
        PLUS,
        MINUS
    }

    record Binary(Operator operator, ExpressionNode left, ExpressionNode right)
            implements ExpressionNode {
        @Override
        public JsonNode value(Map<String, JsonNode> variables) {
            JsonNode one = left.value(variables);
            return switch (operator) {
                case OR -> truth(truth(one, "or") || truth(right.value(variables), "or"));
                case AND -> truth(truth(one, "and") && truth(right.value(variables), "and"));
                case EQUAL -> truth(Json.equal(one, right.value(variables)));
                case UNEQUAL -> truth(!Json.equal(one, right.value(variables)));
                case LESS -> truth(order(one, right.value(variables)) < 0);
                case AT_MOST -> truth(order(one, right.value(variables)) <= 0);
                case MORE -> truth(order(one, right.value(variables)) > 0);
                case AT_LEAST -> truth(order(one, right.value(variables)) >= 0);
                case PLUS -> exact(number(one, "+").add(number(right.value(variables), "+")));
                case MINUS -> exact(number(one, "-").subtract(number(right.value(variables), "-")));
            };
        }

        private static JsonNode truth(boolean value) {
            return Json.NODES.booleanNode(value);
        }

        private static boolean truth(JsonNode value, String where) {
            return ExpressionNode.truth(value, where);
        }

        private static int order(JsonNode one, JsonNode other) {
            if (one.isTextual() && other.isTextual()) {
                return one.textValue().compareTo(other.textValue());
            }
            return number(one, "a comparison").compareTo(number(other, "a comparison"));
        }

        @Override
        public void variables(Set<String> names) {
            left.variables(names);
            right.variables(names);
        }
    }

    /** The functions. */
    enum Function {
        SIZE,
        NUMBER,
        TEXT
    }

    record Applied(Function function, ExpressionNode to) implements ExpressionNode {
        @Override
        public JsonNode value(Map<String, JsonNode> variables) {
            JsonNode value = to.value(variables);
            return switch (function) {
                case SIZE -> size(value);
                case NUMBER -> toNumber(value);
                case TEXT ->
                        Json.NODES.textNode(
                                value.isNumber()
                                        ? value.decimalValue().toPlainString()
                                        : value.asText());
            };
        }

        private static JsonNode size(JsonNode value) {
            if (!value.isContainerNode()) {
                throw new ExpressionFault("size: of " + kind(value) + " (expected: a list)");
            }
            return Json.NODES.numberNode(value.size());
        }

        private static JsonNode toNumber(JsonNode value) {
            if (value.isNumber()) {
                return value;
            }
            String text = value.asText();
            if (!value.isTextual() || !text.matches("-?[0-9]{1,60}(\\.[0-9]{1,60})?")) {
                throw new ExpressionFault(
                        "number: of " + kind(value) + " (expected: a decimal as text)");
            }
            return exact(new BigDecimal(text));
        }

        @Override
        public void variables(Set<String> names) {
            to.variables(names);
        }
    }

    private static JsonNode exact(BigDecimal number) {
        if (!Json.isWithinBounds(number)) {
            throw new ExpressionFault(
                    "number: too long (expected: at most %d digits)".formatted(Json.MOST_DIGITS));
        }
        return Json.NODES.numberNode(number);
    }

    private static BigDecimal number(JsonNode value, String where) {
        if (!value.isNumber()) {
            throw new ExpressionFault(where + ": " + kind(value) + " (expected: a number)");
        }
        return value.decimalValue();
    }

    /** Whether a value is true; throws {@link ExpressionFault} for what is no truth value. */
    static boolean truth(JsonNode value, String where) {
        if (!value.isBoolean()) {
            throw new ExpressionFault(where + ": " + kind(value) + " (expected: true or false)");
        }
        return value.booleanValue();
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case BOOLEAN -> "a truth value";
            case NULL, MISSING -> "null";
            case NUMBER -> "a number";
            case OBJECT, POJO -> "an object";
            case STRING, BINARY -> "a text";
        };
    }
}
