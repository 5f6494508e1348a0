package io.feiqian.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.vocabulary.OutcomeCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators write is read strictly, and what is wrong with it is said. */
final class PolicyDocumentTest {
    private static final String RATE = "\"rate\": {\"perSecond\": 100}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "{\"perSecond\": 100, \"brust\": 3} | policies[0].rate.brust: not known (expected: burst",
                "{\"perSecond\": \"100\"} | policies[0].rate.perSecond: \"100\" (expected: a number)",
                "{\"perSecond\": -1} | policies[0].rate: perSecond: -1.0 (expected: 0.001 to 1000000)",
                "{} | policies[0].rate.perSecond: not there (expected: a number)",
                "7 | policies[0].rate: 7 (expected: an object)",
                "{\"perSecond\": 1, \"excess\": \"wait\"} | policies[0].rate.excess: \"wait\" (expected: \"reject\"",
                "{\"perSecond\": 1, \"excess\": {\"queue\": {\"most\": 1}}} | policies[0].rate.excess.queue.longest: not there (expected: a time",
                "{\"perSecond\": 1, \"excess\": {\"queue\": {\"most\": 1, \"longest\": \"2 s\"}}} | \"2 s\" (expected: a time such as 500ms",
                "{\"perSecond\": 1, \"perSecond\": 2} | not JSON at line 1: Duplicate field 'perSecond'",
            })
    void whatIsWrongIsSaidWithItsPlaceAndWhatWasExpected(String rate, String expected) {
        assertThatThrownBy(() ->
                        PolicyDocument.parse(
                                Bench.document(1, Bench.policy("p", "\"rate\": " + rate))))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "[] | document: [] (expected: an object)",
                "{\"version\": 1, \"polices\": []} | polices: not known (expected: policies, version)",
                "{\"policies\": []} | version: not there (expected: a whole number)",
                "{\"version\": 0} | version: 0 (expected: >= 1)",
                "{\"version\": 1} {} | not JSON",
            })
    void aDocumentOfAnotherFormIsRefused(String document, String expected) {
        assertThatThrownBy(() -> PolicyDocument.parse(document))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "\"side\": \"server\", \"rate\": {\"perSecond\": 1} | side: \"server\" (expected: caller, provider, both or gateway)",
                "\"rate\": {\"perSecond\": 1} | side: not there",
                "\"side\": \"both\" | rules: [] (expected: one of access, schema",
                "\"side\": \"both\", \"rate\": {\"perSecond\": 1}, \"concurrency\": {\"most\": 1} | rules: [rate, concurrency]",
                "\"side\": \"both\", \"per\": \"color\", \"rate\": {\"perSecond\": 1} | per: \"color\" (expected: service, method",
                "\"side\": \"both\", \"per\": \"caller\", \"fault\": {\"percent\": 1, \"abort\": true} | per: [caller] (expected: only with",
                "\"side\": \"both\", \"applies\": {\"method\": \"Transfer\"}, \"rate\": {\"perSecond\": 1} | policies[0].applies: method: [Transfer] (expected: the service too)",
                "\"side\": \"both\", \"breaker\": {\"window\": \"5s\"} | breaker: no share (expected: failures or slow)",
                "\"side\": \"both\", \"breaker\": {\"slow\": 0.5} | slowAfter: 0 (expected: what is slow",
                "\"side\": \"both\", \"degrade\": {\"when\": \"access\", \"instead\": {\"answer\": {}}} | degrade: when: [ACCESS] (expected",
                "\"side\": \"both\", \"degrade\": {\"when\": [\"braker\"], \"instead\": {\"answer\": {}}} | degrade.when: [\"braker\"] (expected",
                "\"side\": \"both\", \"degrade\": {\"when\": [\"breaker\"], \"instead\": {\"method\": \"A\", \"service\": \"B\"}} | degrade.instead: [method, service] (expected: one of",
                "\"side\": \"both\", \"fault\": {\"percent\": 101, \"abort\": true} | percent: 101.0 (expected: over 0 to 100)",
                "\"side\": \"both\", \"fault\": {\"percent\": 1, \"error\": \"OOPS\"} | fault.error: \"OOPS\" (expected: a code",
                "\"side\": \"both\", \"fault\": {\"percent\": 1, \"error\": \"ACCEPTED\"} | error: ACCEPTED (expected: a refusal)",
                "\"side\": \"both\", \"schema\": {\"check\": true} | schema: nothing (expected: name or fields)",
                "\"side\": \"both\", \"schema\": {\"check\": true, \"fields\": {\"a\": {\"pattern\": \"[\"}}} | schema.fields.a: Unclosed character class",
                "\"side\": \"both\", \"concurrency\": {\"most\": 3, \"adaptive\": {\"least\": 9}} | concurrency: 9, 9, 3 (expected",
                "\"side\": \"both\", \"overload\": {} | overload: no bound (expected: cpu or latency)",
                "\"side\": \"both\", \"route\": {\"rules\": [{\"percent\": 5, \"to\": {}}]} | to: {} (expected: labels of instances)",
                "\"side\": \"both\", \"route\": {\"rules\": [{\"percent\": 5, \"of\": \"\", \"to\": {\"a\": \"b\"}}]} | of: \"\" (expected: the parameter by which 5.0 % are told)",
                "\"side\": \"both\", \"quota\": {\"name\": \"q\", \"perSecond\": 5, \"withoutLease\": 6} | withoutLease: 6.0 (expected: 0 to 5.0)",
            })
    void aPolicyThatMakesNoSenseIsRefused(String rest, String expected) {
        assertThatThrownBy(() ->
                        PolicyDocument.parse(
                                Bench.document(1, "{\"id\": \"p\", \"version\": 1, " + rest + "}")))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("policies[0]")
                .hasMessageContaining(expected);
    }

    @Test
    void twoPoliciesBetweenWhichNothingDecidesAreAContradiction() {
        String one = Bench.policy("one", "\"applies\": {\"caller\": [\"a\", \"b\"]}, " + RATE);
        String two = Bench.policy("two", "\"applies\": {\"caller\": [\"b\", \"c\"]}, " + RATE);
        String apart = Bench.policy("two", "\"applies\": {\"caller\": \"c\"}, " + RATE);
        String grouped = Bench.policy("two", "\"group\": \"g\", " + RATE);

        assertThatThrownBy(() -> PolicyDocument.parse(Bench.document(1, one, two)))
                .hasMessageContaining("one and two can both be for one call (expected: one more");
        assertThat(PolicyDocument.parse(Bench.document(1, one, apart)).policies()).hasSize(2);
        assertThat(PolicyDocument.parse(Bench.document(1, one, grouped)).policies()).hasSize(2);
        assertThatThrownBy(() -> PolicyDocument.parse(Bench.document(1, one, one)))
                .hasMessageContaining("two with id one");
    }

    @Test
    void aQuotaIsTheSameForEverybodyWhoSharesIt() {
        String one =
                Bench.policy(
                        "one",
                        "\"applies\": {\"service\": \"a\"}, \"quota\":"
                                + " {\"name\": \"q\", \"perSecond\": 10, \"withoutLease\": 1}");
        String two = one.replace("\"one\"", "\"two\"").replace("\"a\"", "\"b\"");

        assertThat(PolicyDocument.parse(Bench.document(1, one, two)).policies()).hasSize(2);
        assertThatThrownBy(
                        () -> PolicyDocument.parse(Bench.document(1, one, two.replace("10", "11"))))
                .hasMessageContaining("quota q is said to be");
    }

    @Test
    void aDocumentThatCannotBeTakenLeavesTheOldOneInForceAndSaysSo() {
        Bench bench = new Bench();
        bench.publish(3, Bench.policy("p", "\"rate\": {\"perSecond\": 1, \"burst\": 1}"));

        var refusal = bench.governance.publish(Bench.document(4, Bench.policy("p", "\"rate\": 1")));

        assertThat(refusal.code()).isEqualTo(OutcomeCode.INVALID_POLICY);
        assertThat(refusal.message()).isEqualTo("policies[0].rate: 1 (expected: an object)");
        assertThat(bench.governance.report().version()).isEqualTo(3);
        assertThat(bench.governance.report().refusedDocument()).isEqualTo(refusal.message());
        assertThat(bench.passes(Bench.CALL)).isTrue();
        assertThat(bench.passes(Bench.CALL)).isFalse();

        bench.publish(5);
        assertThat(bench.governance.report().refusedDocument()).isEmpty();
        assertThat(bench.passes(Bench.CALL)).isTrue();
    }

    @Test
    void anotherContentUnderTheVersionInForceIsRefused() {
        Bench bench = new Bench();
        bench.publish(1, Bench.policy("p", "\"rate\": {\"perSecond\": 1}"));

        assertThat(bench.governance.publish(Bench.document(1)).message())
                .contains("version: 1, which is in force with another content");
        assertThat(
                        bench.governance
                                .publish(
                                        Bench.document(
                                                2,
                                                Bench.policy("p", "\"rate\": {\"perSecond\": 2}")))
                                .message())
                .contains("p v1 is in force with another content (expected: a new version)");
        bench.publish(1, Bench.policy("p", "\"rate\": {\"perSecond\": 1}"));
    }
}
