package io.feiqian.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.io.UncheckedIOException;

/** What clients and the services of a run say to each other over HTTP, in JSON. */
final class Wire {
    /** Where clients ask for transactions. */
    static final String TRANSACTIONS = "/transactions";

    /** Where branches begin. */
    static final String BRANCHES = "/branches";

    /** Where steps are called. */
    static final String STEPS = "/steps";

    /** Where an instance says that it is ready. */
    static final String READY = "/ready";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Wire() {}

    /**
     * A branch to begin.
     *
     * @param how its kind
     * @param content what {@link Leg#content} wrote
     */
    record Branch(Leg.How how, String content) {}

    /**
     * A step to do or to reverse.
     *
     * @param trace the business transaction
     * @param step the sub-number
     * @param direction do or reverse
     * @param leg what
     */
    record Step(String trace, String step, Direction direction, Leg leg) {}

    /**
     * What is answered.
     *
     * @param code the outcome's code
     * @param message the same for people
     * @param recorded whether it is an earlier call's answer
     */
    record Reply(OutcomeCode code, String message, boolean recorded) {
        static Reply of(Outcome outcome, boolean recorded) {
            return new Reply(outcome.code(), outcome.message(), recorded);
        }

        static Reply unknown(String message) {
            return new Reply(OutcomeCode.UNKNOWN, message, false);
        }

        BranchAnswer branch() {
            Outcome outcome =
                    switch (code.kind()) {
                        case ACCEPTED -> Outcome.accepted();
                        case UNKNOWN, FAULT -> new Outcome.Unknown(message);
                        case INVALID, NOT_FOUND, BUSINESS, CONFLICT, ROUTING, UNAVAILABLE ->
                                Outcome.refused(code, message);
                    };
            return new BranchAnswer(outcome, Content.EMPTY, recorded);
        }
    }

    static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static <T> T read(String text, Class<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JsonProcessingException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }
}
