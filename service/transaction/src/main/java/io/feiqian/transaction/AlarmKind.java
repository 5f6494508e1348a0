package io.feiqian.transaction;

/** Why global transactions call an operator; the names are those of the alarm events. */
public enum AlarmKind {
    /** Two durable facts contradict each other: stopped until somebody has looked. */
    TRANSACTION_CONTRADICTION,
    /** Something was repeated often; it goes on being repeated. */
    TRANSACTION_UNFINISHED,
    /** A decided branch was not there and was rebuilt from the decision's content. */
    BRANCH_REBUILT
}
