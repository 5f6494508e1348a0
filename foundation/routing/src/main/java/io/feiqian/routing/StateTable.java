package io.feiqian.routing;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.SlotState;

/**
 * What each slot state admits of each kind of work, as data (state-table): every state but MOVING
 * and CLOSED admits finishing work, so that nothing stays half done.
 */
public final class StateTable {
    private StateTable() {}

    /**
     * Whether a slot in this state admits this work: {@link OutcomeCode#ACCEPTED}, or the code of
     * the refusal.
     */
    public static OutcomeCode admits(SlotState state, WorkKind work) {
        return switch (state) {
            case OPEN -> OutcomeCode.ACCEPTED;
            case DRAINING ->
                    switch (work) {
                        case NEW_WORK, NEW_CREDIT, TRY -> OutcomeCode.SLOT_DRAINING;
                        case DECISION, CONFIRM, CANCEL, INQUIRY, READ -> OutcomeCode.ACCEPTED;
                    };
            case MOVING -> OutcomeCode.SLOT_MOVING;
            case QUARANTINED ->
                    switch (work) {
                        case NEW_WORK, NEW_CREDIT, TRY -> OutcomeCode.QUARANTINED;
                        case DECISION, CONFIRM, CANCEL, INQUIRY, READ -> OutcomeCode.ACCEPTED;
                    };
            case CREDIT_ONLY ->
                    switch (work) {
                        case NEW_WORK -> OutcomeCode.CREDIT_ONLY;
                        case NEW_CREDIT, TRY, DECISION, CONFIRM, CANCEL, INQUIRY, READ ->
                                OutcomeCode.ACCEPTED;
                    };
            case CLOSED -> OutcomeCode.SLOT_CLOSED;
        };
    }
}
