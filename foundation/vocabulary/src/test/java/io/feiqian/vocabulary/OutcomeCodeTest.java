package io.feiqian.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.feiqian.vocabulary.OutcomeCode.Kind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeCodeTest {
    /**
     * What clients and journal rows hold. A line may be added; a line that is here may never change
     * and never go.
     */
    private static final String FROZEN =
            """
            0 ACCEPTED ACCEPTED
            1001 MALFORMED_REQUEST INVALID
            1002 BODY_TOO_LARGE INVALID
            1003 INVALID_ACCOUNT_NUMBER INVALID
            1004 INVALID_AMOUNT INVALID
            1005 AMOUNT_OVERFLOW INVALID
            1006 UNKNOWN_CURRENCY INVALID
            1007 INVALID_TRACE_NUMBER INVALID
            1008 TRACE_NOT_AT_HOME INVALID
            1009 TRACE_EXPIRED INVALID
            1010 TRACE_IN_FUTURE INVALID
            1011 MISSING_FIELD INVALID
            1012 INVALID_TEXT INVALID
            1013 SAME_ACCOUNT INVALID
            1014 WRONG_ACCOUNT_CLASS INVALID
            1015 METHOD_NOT_ALLOWED INVALID
            1016 OPERATOR_REQUIRED INVALID
            1017 UNAUTHENTICATED INVALID
            1018 INVALID_CUSTOMER_NUMBER INVALID
            1019 SQL_NOT_UNDOABLE INVALID
            1020 SQL_NOT_READ_FOR_UPDATE INVALID
            1021 NOT_PERMITTED INVALID
            1031 MESSAGE_TOO_LARGE INVALID
            1032 INVALID_MESSAGE_KEY INVALID
            1041 SECOND_OPERATOR_REQUIRED INVALID
            1051 MALFORMED_CONTEXT INVALID
            1052 FORGED_CONTEXT INVALID
            1053 UNKNOWN_ACTION INVALID
            1054 TRANSACTION_TOO_LARGE INVALID
            1061 INVALID_DEFINITION INVALID
            1071 AGAINST_SCHEMA INVALID
            1072 INVALID_POLICY INVALID
            1101 UNKNOWN_PATH NOT_FOUND
            1102 UNKNOWN_ACCOUNT NOT_FOUND
            1103 UNKNOWN_CUSTOMER NOT_FOUND
            1104 UNKNOWN_TRANSACTION NOT_FOUND
            1105 UNKNOWN_HOLD NOT_FOUND
            1131 UNKNOWN_TOPIC NOT_FOUND
            1132 UNKNOWN_MESSAGE NOT_FOUND
            1141 UNKNOWN_PROPOSAL NOT_FOUND
            1161 UNKNOWN_DEFINITION NOT_FOUND
            2001 CURRENCY_MISMATCH BUSINESS
            2002 ACCOUNT_CLOSED BUSINESS
            2003 ACCOUNT_FROZEN BUSINESS
            2004 INSUFFICIENT_FUNDS BUSINESS
            2005 BALANCE_OVERFLOW BUSINESS
            2006 ACCOUNT_NOT_EMPTY BUSINESS
            2007 ACCOUNT_BUSY BUSINESS
            2008 NOT_REVERSIBLE BUSINESS
            2009 REVERSAL_EXCEEDS_ORIGINAL BUSINESS
            2010 DATE_NOT_FORWARD BUSINESS
            2101 TRACE_CONTENT_DIFFERS CONFLICT
            2102 HOLD_ENDED CONFLICT
            2103 BRANCH_CANCELLED CONFLICT
            2104 ALREADY_EXISTS CONFLICT
            2131 MESSAGE_NOT_NEXT CONFLICT
            2141 PROPOSAL_ENDED CONFLICT
            2142 PROPOSAL_DIFFERS CONFLICT
            2143 AGAINST_DECISION CONFLICT
            2144 NOT_TO_BE_RESOLVED CONFLICT
            2145 TRANSACTION_SUSPENDED CONFLICT
            2161 DEFINITION_DIFFERS CONFLICT
            3001 WRONG_CELL ROUTING
            3002 STALE_EPOCH ROUTING
            3003 SLOT_MOVING ROUTING
            3004 SLOT_DRAINING ROUTING
            3005 SLOT_CLOSED ROUTING
            3006 NO_ROUTE ROUTING
            3007 CREDIT_ONLY ROUTING
            3008 QUARANTINED ROUTING
            4001 OVERLOADED UNAVAILABLE
            4002 DEADLINE_EXPIRED UNAVAILABLE
            4003 CELL_UNAVAILABLE UNAVAILABLE
            4004 DATABASE_UNAVAILABLE UNAVAILABLE
            4005 DATABASE_FULL UNAVAILABLE
            4006 SHUTTING_DOWN UNAVAILABLE
            4007 ABORTED UNAVAILABLE
            4008 DAY_CLOSED UNAVAILABLE
            4009 WAIT UNAVAILABLE
            4010 SQL_LOCK_CONFLICT UNAVAILABLE
            4011 AUDIT_UNAVAILABLE UNAVAILABLE
            4071 RATE_LIMITED UNAVAILABLE
            4072 CONCURRENCY_LIMITED UNAVAILABLE
            4073 QUOTA_USED UNAVAILABLE
            4074 CIRCUIT_OPEN UNAVAILABLE
            5001 UNKNOWN UNKNOWN
            9001 INTERNAL_ERROR FAULT
            9002 CONTRADICTION FAULT
            9003 SQL_DIRTY_ROW FAULT
            """;

    @Test
    void aNumberThatWasGivenOnceKeepsItsMeaningForEver() {
        List<String> now =
                Arrays.stream(OutcomeCode.values())
                        .map(code -> "%d %s %s".formatted(code.number(), code, code.kind()))
                        .toList();
        assertThat(now).containsAll(FROZEN.lines().toList());
    }

    @Test
    void everyNumberIsGivenOnce() {
        assertThat(OutcomeCode.values()).extracting(OutcomeCode::number).doesNotHaveDuplicates();
        for (OutcomeCode code : OutcomeCode.values()) {
            assertThat(OutcomeCode.ofNumber(code.number())).isEqualTo(code);
        }
        assertThat(OutcomeCode.ofNumber(99_999)).isEqualTo(OutcomeCode.INTERNAL_ERROR);
    }

    @Test
    void numbersLieInTheRangeOfTheirKind() {
        for (OutcomeCode code : OutcomeCode.values()) {
            int range =
                    switch (code.kind()) {
                        case ACCEPTED -> 0;
                        case INVALID -> 10;
                        case NOT_FOUND -> 11;
                        case BUSINESS -> 20;
                        case CONFLICT -> 21;
                        case ROUTING -> 30;
                        case UNAVAILABLE -> 40;
                        case UNKNOWN -> 50;
                        case FAULT -> 90;
                    };
            assertThat(code.number() / 100).as(code.name()).isEqualTo(range);
        }
    }

    @Test
    void onlyWhereNothingWasDecidedIsItSafeToSendTheSameAgain() {
        for (OutcomeCode code : OutcomeCode.values()) {
            boolean decided =
                    switch (code.kind()) {
                        case ACCEPTED, INVALID, NOT_FOUND, BUSINESS, CONFLICT, FAULT -> true;
                        case ROUTING, UNAVAILABLE, UNKNOWN -> false;
                    };
            assertThat(code.isSafeToRetry()).as(code.name()).isEqualTo(!decided);
            assertThat(code.isSafeToRetry() && code.isFinal()).as(code.name()).isFalse();
        }
    }

    @Test
    void anOutcomeIsBuiltFromItsCodeAndNeverLies() {
        for (OutcomeCode code : OutcomeCode.values()) {
            Outcome outcome = Outcome.of(code, "why");
            assertThat(outcome.code()).isEqualTo(code);
            assertThat(outcome.isAccepted()).isEqualTo(code.kind() == Kind.ACCEPTED);
        }
        assertThat(Outcome.accepted().message()).isEmpty();
        assertThat(Outcome.of(OutcomeCode.UNKNOWN, "commit"))
                .isEqualTo(new Outcome.Unknown("commit"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Outcome.refused(OutcomeCode.ACCEPTED, ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Outcome.refused(OutcomeCode.UNKNOWN, ""));
    }

    @Test
    void foreignTextInAMessageIsShortAndWithoutControlCharacters() {
        String shown = Texts.quoted("a\u0000\n" + "x".repeat(100));
        assertThat(shown).startsWith("\"a??xxx").endsWith("…\"").hasSizeLessThan(70);
    }
}
