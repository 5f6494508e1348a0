package io.feiqian.participant;

/** What a participant does to one of its branches in one local commit. */
public enum BranchStep {
    /** Reserve. */
    TRY(BranchState.TRIED),
    /** Make the reservation final. */
    CONFIRM(BranchState.CONFIRMED),
    /** Give the reservation back. */
    CANCEL(BranchState.CANCELLED),
    /** Refuse a try that is late: the cancel came first. */
    PLANT(BranchState.CANCELLED),
    /** Confirm without a reservation, from the decision's content (unknown-branch). */
    REBUILD(BranchState.CONFIRMED);

    private final BranchState result;

    BranchStep(BranchState result) {
        this.result = result;
    }

    /** The state in which the branch is once the step is accepted. */
    public BranchState result() {
        return result;
    }
}
