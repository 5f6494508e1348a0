package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import io.feiqian.vocabulary.OutcomeCode;

/**
 * An undo met a row that is not as its branch left it ({@code SQL_DIRTY_ROW}). Nothing is changed
 * and the locks stay; an operator decides.
 */
public final class UndoStoppedException extends SqlModeException {
    private static final long serialVersionUID = 1;

    private final transient DirtyRow evidence;

    UndoStoppedException(BranchKey branch, DirtyRow evidence) {
        super(
                OutcomeCode.SQL_DIRTY_ROW,
                "undo of %s: %s [%s]: %s (expected: as the branch left it)"
                        .formatted(branch, evidence.table(), evidence.key(), evidence.reason()),
                null,
                null);
        this.evidence = evidence;
    }

    /** The row, its images and the proposed correction. */
    public DirtyRow evidence() {
        return evidence;
    }
}
