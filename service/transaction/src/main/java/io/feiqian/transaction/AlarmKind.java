package io.feiqian.transaction;

/** Why global transactions call an operator. */
public enum AlarmKind {
    /** Two durable facts contradict each other: stopped until somebody has looked. */
    TRANSACTION_CONTRADICTION("transaction-contradiction"),
    /** Something was repeated often; it goes on being repeated. */
    TRANSACTION_UNFINISHED("transaction-unfinished"),
    /** A decided branch was not there and was rebuilt from the decision's content. */
    BRANCH_REBUILT("branch-rebuilt"),
    /** Unfinished long after its deadline: somebody should look. */
    TRANSACTION_STUCK("transaction-stuck"),
    /** Two operators ended by hand what the protocol could not. */
    TRANSACTION_RESOLVED("transaction-resolved");

    private final String alarmName;

    AlarmKind(String alarmName) {
        this.alarmName = alarmName;
    }

    /** The stable name of the alarm event. */
    public String alarmName() {
        return alarmName;
    }
}
