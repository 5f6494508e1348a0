package io.feiqian.orchestration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.orchestration.Flaw.Code;
import io.feiqian.vocabulary.Requirement;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ExpressionTest {
    private static final String ORDER =
            """
            {"order": {"lines": [{"amount": 12.30, "to": "A"}, {"amount": 0.70, "to": "B"}],
              "note": "it's", "paid": false, "text": "10.50"}, "i": 1}
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "order.lines[0].amount + order.lines[i].amount | 13.00",
                "order.lines[0].amount - 12.3 | 0.00",
                "0.1 + 0.2 == 0.3 | true",
                "1 == 1.00 | true",
                "size(order.lines) > i and not order.paid | true",
                "order.paid or i == 1 | true",
                "order.note == 'it''s' | true",
                "order.nothing.at.all | null",
                "order.lines[7] | null",
                "order.lines[0 - 1] | null",
                "number(order.text) + 1 | 11.50",
                "'a' < 'b' | true",
                "{to: order.lines[0].to, 'the sum': 1 + 1} | {'the sum':2,'to':'A'}",
                "[1, [], {}] | [1,[],{}]",
                "not (1 > 2) and (true or missing.a > 1) | true",
                "text(1.50) == '1.50' | true",
            })
    @Requirement("D6.4-b")
    void aValueFollowsFromTheVariables(String text, String expected) {
        assertThat(Json.text(Expression.of(text).value(variables())))
                .isEqualTo(expected.replace('\'', '"'));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "order + 1",
                "order.note < 1",
                "not i",
                "i and true",
                "size(i)",
                "number('ten')",
                "order.lines['a']",
                "99999999999999999999999999999999999999999999999999999999999 + 0."
                        + "00000000000000000000000000000000000000000000000000000000001"
            })
    void whatHasNoValueIsAFaultAndNothingElse(String text) {
        Expression read = Expression.of(text);

        assertThatThrownBy(() -> read.value(variables())).isInstanceOf(ExpressionFault.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "1 + | character 4",
                "a b | character 3",
                "(a | character 3",
                "'open | character 1",
                "a. | character 3",
                "1.2.3 | character 1",
                "{a: 1, a: 2} | character 9",
                "f(x) | character 2",
                "a == b == c | character 8",
                "@ | character 1",
            })
    void whatCannotBeReadIsRefusedWithItsPlace(String text, String place) {
        Flaw flaw = Flaws.of(() -> Expression.of(text)).get(0);

        assertThat(flaw.code()).isEqualTo(Code.INVALID_EXPRESSION);
        assertThat(flaw.place()).isEqualTo(place);
    }

    @Test
    void whatIsTooDeepOrTooLongIsRefusedBeforeTheStackIs() {
        assertThat(Flaws.of(() -> Expression.of("(".repeat(1_900))))
                .extracting(Flaw::code)
                .containsExactly(Code.INVALID_EXPRESSION);
        assertThat(Flaws.of(() -> Expression.of("not ".repeat(400) + "true"))).isNotEmpty();
        assertThat(Flaws.of(() -> Expression.of("a" + " + 1".repeat(400)))).isNotEmpty();
        assertThat(Flaws.of(() -> Expression.of("true" + " and true".repeat(2_000)))).isNotEmpty();
    }

    private static Map<String, JsonNode> variables() {
        Map<String, JsonNode> all = new HashMap<>();
        Json.read(ORDER, 1_000)
                .properties()
                .forEach(each -> all.put(each.getKey(), each.getValue()));
        return all;
    }
}
