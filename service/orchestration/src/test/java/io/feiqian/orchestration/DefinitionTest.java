package io.feiqian.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.orchestration.Flaw.Code;
import io.feiqian.vocabulary.Requirement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DefinitionTest {
    private static final String ALL_KINDS =
            """
            {
              "name": "payroll", "version": 3, "inputs": ["company", "lines"],
              "blocks": {
                "note": [{"call": "write", "service": "notes.write", "input": "{about: company}",
                          "reverse": "notes.erase"}]
              },
              "steps": [
                {"assign": "start", "variable": "sum", "value": "0"},
                {"loop": "each", "while": "i < size(lines)", "most": 100, "index": "i", "steps": [
                  {"assign": "add", "variable": "sum", "value": "sum + lines[i].amount"}]},
                {"call": "fund", "service": "accounts.hold", "input": "{from: company, amount: sum}",
                 "output": "hold", "reverse": "accounts.release", "tries": 2, "timeout": "PT2S",
                 "giveUpAfter": 5, "pause": "PT0.01S", "longestPause": "PT1S"},
                {"branch": "large", "cases": [
                   {"when": "sum > 1000", "steps": [
                     {"call": "check", "service": "risk.check", "readOnly": true}]}],
                 "otherwise": [{"use": "small", "block": "note"}]},
                {"parallel": "both", "branches": [
                   [{"use": "left", "block": "note"}],
                   [{"call": "book", "service": "books.post", "reverse": "books.reverse"}]]},
                {"catch": "pay", "steps": [
                   {"call": "wire", "service": "wires.send", "pointOfNoReturn": true}],
                 "handlers": [{"codes": ["NO_ROUTE"], "error": "problem", "steps": [
                   {"call": "post", "service": "post.send", "input": "{why: problem.code}",
                    "pointOfNoReturn": true}]}]},
                {"call": "tell", "service": "customers.tell", "forward": true}
              ]
            }
            """;

    @Test
    @Requirement({"D6.4-a", "D6.4-d"})
    void aDefinitionIsTheSameBuiltInJavaAndReadFromJson() {
        Definition built =
                Definition.named("payroll", 3)
                        .inputs("company", "lines")
                        .steps(
                                Step.assign("start", "sum", "0"),
                                Step.loop(
                                        "each",
                                        "i < size(lines)",
                                        100,
                                        "i",
                                        Step.assign("add", "sum", "sum + lines[i].amount")),
                                Step.call("fund", "accounts.hold")
                                        .input("{from: company, amount: sum}")
                                        .output("hold")
                                        .reverse("accounts.release")
                                        .retry(retry ->
                                                retry.withTries(2)
                                                        .withTimeout(Duration.ofSeconds(2))
                                                        .givingUpAfter(5)
                                                        .withPauses(
                                                                Duration.ofMillis(10),
                                                                Duration.ofSeconds(1))),
                                Step.branch("large")
                                        .when(
                                                "sum > 1000",
                                                Step.call("check", "risk.check").readOnly())
                                        .otherwise(note("small")),
                                Step.parallel("both")
                                        .branch(note("left"))
                                        .branch(
                                                Step.call("book", "books.post")
                                                        .reverse("books.reverse")),
                                Step.attempt(
                                                "pay",
                                                Step.call("wire", "wires.send").pointOfNoReturn())
                                        .on(
                                                Set.of("NO_ROUTE"),
                                                "problem",
                                                Step.call("post", "post.send")
                                                        .input("{why: problem.code}")
                                                        .pointOfNoReturn()),
                                Step.call("tell", "customers.tell").forward());
        Definition read = Definition.parse(ALL_KINDS);

        assertThat(read).isEqualTo(built);
        assertThat(read.steps()).isEqualTo(built.steps());
        assertThat(read.digest()).isEqualTo(built.digest()).hasSize(64);
        assertThat(Definition.parse(built.json())).isEqualTo(built);
        assertThat(read.calls()).containsKeys("small/write", "left/write");
    }

    private static Step note(String name) {
        List<Step> steps =
                Step.block(
                        name,
                        List.of(
                                Step.call("write", "notes.write")
                                        .input("{about: company}")
                                        .reverse("notes.erase")));
        return steps.get(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "UNKNOWN_STEP | steps[0] | {'jump': 'a'}",
                "UNKNOWN_STEP | steps[0] | {'call': 'a', 'loop': 'b'}",
                "UNKNOWN_STEP | a.block | {'use': 'a', 'block': 'nothing'}",
                "CYCLE | self.block | {'use': 'a', 'block': 'round'}",
                "NEVER_ENDING | a.most | {'loop': 'a', 'while': 'true', 'index': 'i', 'steps': []}",
                "NEVER_ENDING | a.most"
                        + "| {'loop': 'a', 'while': 'true', 'most': 0, 'index': 'i', 'steps': []}",
                "TOO_LARGE | a.most"
                        + "| {'loop': 'a', 'while': 'true', 'most': 1001, 'index': 'i', 'steps': []}",
                "MALFORMED | a | {'call': 'a', 'service': 's', 'readonly': true}",
                "MALFORMED | a | {'call': 'a', 'readOnly': true}",
                "MALFORMED | a.tries | {'call': 'a', 'service': 's', 'readOnly': true, 'tries': 'x'}",
                "MALFORMED | a.timeout"
                        + " | {'call': 'a', 'service': 's', 'readOnly': true, 'timeout': '5s'}",
                "MALFORMED | a"
                        + " | {'call': 'a', 'service': 's', 'readOnly': true, 'timeout': 'PT0S'}",
                "MALFORMED | a.service | {'call': 'a', 'service': 'a b', 'readOnly': true}",
                "MALFORMED | a.reverse"
                        + " | {'call': 'a', 'service': 's', 'readOnly': true, 'reverse': 'r'}",
                "MALFORMED | a.giveUpAfter"
                        + " | {'call': 'a', 'service': 's', 'pointOfNoReturn': true, 'giveUpAfter': 1}",
                "MALFORMED | a.cases | {'branch': 'a', 'cases': []}",
                "MALFORMED | a.handlers | {'catch': 'a', 'steps': [], 'handlers': []}",
                "MALFORMED | a.variable | {'assign': 'a', 'variable': 'size', 'value': '1'}",
                "NO_REVERSAL | a | {'call': 'a', 'service': 's'}",
                "INVALID_EXPRESSION | a.value, character 3"
                        + " | {'assign': 'a', 'variable': 'x', 'value': '1+'}",
                "UNKNOWN_VARIABLE | a.value | {'assign': 'a', 'variable': 'x', 'value': 'y'}",
            })
    void aFlawOfTheFormIsRefusedWithItsCodeAndItsPlace(Code code, String place, String step) {
        String text =
                """
                {"name": "bad", "version": 1, "inputs": ["given"],
                 "blocks": {"round": [{"use": "self", "block": "round"}]},
                 "steps": [%s]}
                """
                        .formatted(step.replace('\'', '"'));

        Flaw flaw = Flaws.of(() -> Definition.parse(text)).get(0);

        assertThat(flaw.code()).isEqualTo(code);
        assertThat(flaw.place()).isEqualTo(place);
    }

    @Test
    void whatIsNoJsonOrTooMuchOfItIsRefused() {
        assertThat(code("{")).isEqualTo(Code.MALFORMED);
        assertThat(code("[]")).isEqualTo(Code.MALFORMED);
        assertThat(code("{\"name\": \"a\", \"name\": \"b\"}")).isEqualTo(Code.MALFORMED);
        assertThat(code(" ".repeat(Definition.LONGEST + 1))).isEqualTo(Code.TOO_LARGE);
        assertThat(code("[".repeat(10_000))).isEqualTo(Code.TOO_DEEP);
        String deep = "{\"parallel\": \"p\", \"branches\": [[";
        assertThat(
                        code(
                                "{\"name\": \"a\", \"version\": 1, \"steps\": ["
                                        + deep.repeat(9)
                                        + "]]}".repeat(9)
                                        + "]}"))
                .isEqualTo(Code.TOO_DEEP);
    }

    @Test
    void blocksThatGrowWithoutEndAreRefusedWhileTheyAreRead() {
        StringBuilder blocks =
                new StringBuilder(
                        "\"b0\": [{\"assign\": \"a\", \"variable\": \"x\","
                                + " \"value\": \"1\"}]");
        for (int i = 1; i < 8; i++) {
            String use = "{\"use\": \"u%d\", \"block\": \"b" + (i - 1) + "\"}";
            blocks.append(", \"b").append(i).append("\": [");
            for (int j = 0; j < 9; j++) {
                blocks.append(j == 0 ? "" : ", ").append(use.formatted(j));
            }
            blocks.append("]");
        }
        assertThat(
                        code(
                                "{\"name\": \"a\", \"version\": 1, \"blocks\": {"
                                        + blocks
                                        + "}, \"steps\": [{\"use\": \"all\", \"block\": \"b7\"}]}"))
                .isEqualTo(Code.TOO_LARGE);
    }

    @Test
    void stepsWithOneNameCannotBeToldApart() {
        assertThat(flaws(reversible("a"), reversible("a"))).containsExactly("DUPLICATE_STEP a");
    }

    @Test
    void tooManyStepsOrBranchesAreRefused() {
        Step[] many = new Step[Definition.MOST_STEPS + 1];
        Step.Parallel wide = Step.parallel("wide");
        for (int i = 0; i < many.length; i++) {
            many[i] = Step.assign("s" + i, "x", "1");
        }
        for (int i = 0; i <= Definition.MOST_BRANCHES; i++) {
            wide = wide.branch(Step.assign("b" + i, "x" + i, "1"));
        }
        assertThat(flaws(many)).containsExactly("TOO_LARGE s500");
        assertThat(flaws(wide)).containsExactly("TOO_LARGE wide.branches");
    }

    @Test
    void aVariableHasAValueOnEveryWayThatLeadsToItsReading() {
        Step.Branch sometimes = Step.branch("b").when("given", Step.assign("a", "x", "1"));
        assertThat(flaws(sometimes, Step.assign("read", "y", "x")))
                .containsExactly("UNKNOWN_VARIABLE read.value");
        assertThat(
                        flaws(
                                Step.loop("l", "i < 2", 2, "i", Step.assign("a", "x", "1")),
                                Step.assign("read", "y", "x")))
                .containsExactly("UNKNOWN_VARIABLE read.value");
        assertThat(
                        flaws(
                                Step.parallel("p")
                                        .branch(Step.assign("a", "x", "1"))
                                        .branch(Step.assign("read", "y", "x"))))
                .containsExactly("UNKNOWN_VARIABLE read.value");
        assertThat(
                        flaws(
                                Step.parallel("p")
                                        .branch(Step.assign("a", "x", "1"))
                                        .branch(Step.assign("b", "x", "2"))))
                .containsExactly("VARIABLE_CONFLICT p");
        assertThat(flaws(Step.loop("l", "i < 2", 2, "i", Step.assign("a", "i", "1"))))
                .containsExactly("VARIABLE_CONFLICT l.index");
    }

    @Test
    @Requirement("D7.1-b")
    void whatCannotBeUndoneComesLast() {
        Step.Call last = Step.call("send", "s").pointOfNoReturn();
        assertThat(flaws(last, reversible("after")))
                .containsExactly("IRREVERSIBLE_TOO_EARLY after");
        assertThat(flaws(last, reversible("after").forward()))
                .containsExactly("IRREVERSIBLE_TOO_EARLY after");
        assertThat(flaws(last, Step.call("after", "s").readOnly()))
                .containsExactly("IRREVERSIBLE_TOO_EARLY after");
        assertThat(flaws(Step.loop("l", "i < 2", 2, "i", last)))
                .containsExactly("IRREVERSIBLE_TOO_EARLY send");
        assertThat(flaws(Step.parallel("p").branch(last).branch(reversible("a"))))
                .containsExactly("IRREVERSIBLE_TOO_EARLY send");
        assertThat(flaws(Step.branch("b").when("given", last), reversible("after")))
                .containsExactly("IRREVERSIBLE_TOO_EARLY after");
        // Right: reversible before, forward behind.
        Definition.named("good", 1).steps(reversible("a"), last, Step.call("after", "s").forward());
    }

    private static Step.Call reversible(String name) {
        return Step.call(name, "s").reverse("r");
    }

    private static Code code(String text) {
        return Flaws.of(() -> Definition.parse(text)).get(0).code();
    }

    private static List<String> flaws(Step... steps) {
        return Flaws.of(() -> Definition.named("bad", 1).inputs("given").steps(steps)).stream()
                .map(each -> each.code() + " " + each.place())
                .toList();
    }
}
