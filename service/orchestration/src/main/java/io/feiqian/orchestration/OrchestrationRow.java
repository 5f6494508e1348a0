package io.feiqian.orchestration;

import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import java.util.Optional;

/**
 * One orchestration as its rows say. Immutable.
 *
 * @param trace the key; it also says the home slot with which the rows move (home-slot)
 * @param definition the definition's name
 * @param version the version that it began with and finishes on
 * @param input what it was begun with, an object in JSON
 * @param phase how far it is
 * @param suspended whether an operator has suspended it
 * @param failure why it failed, where it did
 * @param position what is asked for, for people
 * @param records what is on record of its calls, in the order in which they ended
 * @param revision 1 and up; every change is a compare-and-set on it
 * @param owner the instance that drives it
 * @param createdAt when it began, milliseconds since 1970 by the database's clock
 * @param changedAt when it last changed, likewise
 * @param finishedAt when it ended, likewise
 */
public record OrchestrationRow(
        TraceNumber trace,
        String definition,
        int version,
        String input,
        OrchestrationPhase phase,
        boolean suspended,
        Optional<Failure> failure,
        String position,
        List<StepRecord> records,
        long revision,
        String owner,
        long createdAt,
        long changedAt,
        Optional<Long> finishedAt) {
    /** How many characters of the position are kept. */
    static final int LONGEST_POSITION = 400;

    /** Copies the list. */
    public OrchestrationRow {
        records = List.copyOf(records);
    }

    /** The row of one that begins; the database says when. */
    static OrchestrationRow beginning(
            TraceNumber trace, Definition definition, OrchestrationState state, String owner) {
        return new OrchestrationRow(
                trace,
                definition.name(),
                definition.version(),
                Json.text(state.input()),
                state.phase(),
                state.isSuspended(),
                state.failure(),
                position(state),
                List.copyOf(state.records().values()),
                1,
                owner,
                0,
                0,
                Optional.empty());
    }

    /** The same with these calls on record. */
    OrchestrationRow with(List<StepRecord> steps) {
        return new OrchestrationRow(
                trace,
                definition,
                version,
                input,
                phase,
                suspended,
                failure,
                position,
                steps,
                revision,
                owner,
                createdAt,
                changedAt,
                finishedAt);
    }

    /** What the rows mean to the protocol. */
    OrchestrationState state() {
        return OrchestrationState.of(
                Json.read(input, Integer.MAX_VALUE), phase, suspended, failure, records);
    }

    /** What is asked for, for people. */
    static String position(OrchestrationState state) {
        StringBuilder text = new StringBuilder();
        state.underWay().stream()
                .map(ask -> ask.number() + " " + ask.direction())
                .sorted()
                .forEach(each -> text.append(text.length() == 0 ? "" : ", ").append(each));
        return Texts.kept(text.toString(), LONGEST_POSITION);
    }
}
