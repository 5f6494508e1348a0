package io.feiqian.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.chaos.WayInEnd.How;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the judge of a gateway says of each way in which a request can end. */
final class WayInLedgerTest {
    private static final String UNKNOWN =
            "{\"status\": 504, \"code\": 5001, \"name\": \"UNKNOWN\"}";

    private final SettableClock clock = new SettableClock(Instant.EPOCH);
    private final WayInRecords records = new WayInRecords();
    private final Weather weather = new Weather(clock);
    private WayInLedger ledger = new WayInLedger(records, weather, 2);

    @BeforeEach
    void begin() {
        clock.advance(Duration.ofSeconds(100));
        ledger = new WayInLedger(records, weather, 2);
    }

    private void ended(boolean safe, How how, int status, String answer) {
        long now = clock.nanos();
        ledger.add(new WayInEnd("a-1", safe, now - 1_000, now, how, status, answer));
    }

    @Test
    void anAcceptedRequestThatIsThereOnceIsRight() {
        ended(false, How.ANSWERED, 200, records.arrived("a-1"));
        assertThat(ledger.findings()).isEmpty();
        assertThat(ledger.good()).isEqualTo(1);
    }

    @Test
    void aPostThatArrivedTwiceIsFoundHoweverItEnded() {
        String first = records.arrived("a-1");
        records.arrived("a-1");
        ended(false, How.ANSWERED, 200, first);
        assertThat(ledger.findings().getFirst()).contains("a POST arrived more than once");
    }

    @Test
    void aGetMayArriveAsOftenAsItMayBeTried() {
        String first = records.arrived("a-1");
        records.arrived("a-1");
        records.arrived("a-1");
        ended(true, How.ANSWERED, 200, first);
        assertThat(ledger.findings()).isEmpty();
        records.arrived("a-1");
        assertThat(ledger.findings().getFirst()).contains("more often than it may");
    }

    @Test
    void anAcceptedRequestThatNoBackendHadIsFound() {
        ended(false, How.ANSWERED, 200, "a-1/17");
        assertThat(ledger.findings().getFirst()).contains("that no backend gave");
    }

    @Test
    void theAnswerToAnotherRequestIsFound() {
        records.arrived("a-1");
        ended(true, How.ANSWERED, 200, records.arrived("b-2"));
        assertThat(ledger.findings().getFirst()).contains("that no backend gave to its request");
        ended(true, How.NONSENSE, 200, "the answer to b-2");
        assertThat(ledger.findings()).hasSize(2);
    }

    @Test
    void aPostMayBeUnknownOnlyWhereABackendIsSick() {
        ended(false, How.ANSWERED, 504, UNKNOWN);
        assertThat(ledger.findings().getFirst()).contains("a POST failed with 504 UNKNOWN");
        begin();
        try (var _ = weather.begin(Weather.Kind.BACKEND_SICK, Duration.ZERO)) {
            ended(false, How.ANSWERED, 504, UNKNOWN);
        }
        assertThat(ledger.findings()).isEmpty();
    }

    @Test
    void aGetMayFailOnlyWhereNoBackendIsWell() {
        try (var _ = weather.begin(Weather.Kind.BACKEND_SICK, Duration.ZERO)) {
            ended(true, How.ANSWERED, 504, UNKNOWN);
        }
        assertThat(ledger.findings().getFirst()).contains("though a healthy backend was there");
        begin();
        try (var _ = weather.begin(Weather.Kind.NO_BACKEND, Duration.ZERO)) {
            ended(true, How.ANSWERED, 504, UNKNOWN);
        }
        assertThat(ledger.findings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "no problem: 502 Bad Gateway",
        "'{\"status\": 503, \"code\": 5001, \"name\": \"UNKNOWN\"}'",
        "'{\"status\": 504, \"code\": 77, \"name\": \"UNKNOWN\"}'"
    })
    void aRefusalWithoutItsCodeIsFound(String answer) {
        try (var _ = weather.begin(Weather.Kind.NO_BACKEND, Duration.ZERO)) {
            ended(true, How.ANSWERED, 504, answer);
        }
        assertThat(ledger.findings().getFirst()).contains("no problem document");
    }

    @Test
    void nobodyIsToldThatNothingHappenedWhereSomethingDid() {
        String overloaded =
                "{\"status\": 503, \"code\": %d, \"name\": \"OVERLOADED\"}"
                        .formatted(OutcomeCode.OVERLOADED.number());
        try (var _ = weather.begin(Weather.Kind.BACKEND_SICK, Duration.ZERO)) {
            ended(false, How.ANSWERED, 503, overloaded);
        }
        assertThat(ledger.findings()).isEmpty();
        records.arrived("a-1");
        assertThat(ledger.findings().getFirst()).contains("was told that nothing happened");
    }

    @ParameterizedTest
    @EnumSource(names = {"UNCONNECTED", "LOST_FRESH", "LOST_KEPT", "CUT"})
    void connectionsBreakOnlyWhereTheGatewayIsAway(How how) {
        ended(true, how, 0, "reset");
        assertThat(ledger.findings()).hasSize(1);
        begin();
        try (var _ = weather.begin(Weather.Kind.GATEWAY_AWAY, Duration.ZERO)) {
            ended(true, how, 0, "reset");
        }
        assertThat(ledger.findings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"UNCONNECTED, 0", "LOST_FRESH, 0", "LOST_KEPT, 1", "CUT, 1"})
    void whatADrainingGatewayHadTakenIsNotLost(How how, int findings) {
        try (var _ = weather.begin(Weather.Kind.GATEWAY_RESTARTS, Duration.ZERO)) {
            ended(true, how, 0, "reset");
        }
        assertThat(ledger.findings()).hasSize(findings);
    }

    @Test
    void anAnswerMayBreakOffWhereItsBackendBrokeOff() {
        records.cut("a-1");
        ended(true, How.CUT, 0, "reset");
        assertThat(ledger.findings()).isEmpty();
    }

    @Test
    void whatWasTheMatterIsForgottenInTime() {
        weather.begin(Weather.Kind.GATEWAY_AWAY, Duration.ofSeconds(1)).close();
        clock.advance(Duration.ofSeconds(2));
        ended(true, How.CUT, 0, "reset");
        assertThat(ledger.findings()).hasSize(1);
    }
}
