package io.feiqian.participant;

import java.sql.SQLException;

/**
 * A row that a branch is to restore is not as the branch left it: somebody wrote it past the locks.
 * Nothing is overwritten; an operator decides, with the evidence at hand.
 */
public final class DirtyRowException extends SQLException {
    private static final long serialVersionUID = 1;

    private final String proposal;

    /**
     * A dirty row.
     *
     * @param evidence table, key, and what was expected and found
     * @param proposal the statement that would correct it, for an operator to judge
     */
    public DirtyRowException(String evidence, String proposal) {
        super(evidence);
        this.proposal = proposal;
    }

    /** The statement that would correct it, for an operator to judge. */
    public String proposal() {
        return proposal;
    }
}
