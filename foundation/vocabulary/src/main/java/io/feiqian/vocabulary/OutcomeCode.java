package io.feiqian.vocabulary;

import java.util.HashMap;
import java.util.Map;

/**
 * The stable numeric codes of outcomes, in ranges by kind. A number is never given a second
 * meaning; clients compare numbers, people read names.
 */
public enum OutcomeCode {
    /** Done and durable. */
    ACCEPTED(0, Kind.ACCEPTED),

    /** The request cannot be read. */
    MALFORMED_REQUEST(1001, Kind.INVALID),
    /** The body is longer than the limit. */
    BODY_TOO_LARGE(1002, Kind.INVALID),
    /** Not 16 digits, a wrong check digit or an unknown class. */
    INVALID_ACCOUNT_NUMBER(1003, Kind.INVALID),
    /** Zero, negative, or not a decimal of the currency. */
    INVALID_AMOUNT(1004, Kind.INVALID),
    /** Beyond what can be counted. */
    AMOUNT_OVERFLOW(1005, Kind.INVALID),
    /** Not a currency of ISO 4217. */
    UNKNOWN_CURRENCY(1006, Kind.INVALID),
    /** Not 33 digits, or no date in it. */
    INVALID_TRACE_NUMBER(1007, Kind.INVALID),
    /** The trace number's home slot is not the payer's. */
    TRACE_NOT_AT_HOME(1008, Kind.INVALID),
    /** The trace number is older than repetitions are recognised; it is never executed. */
    TRACE_EXPIRED(1009, Kind.INVALID),
    /** The trace number is dated after the business date by more than the tolerance. */
    TRACE_IN_FUTURE(1010, Kind.INVALID),
    /** A field that must be there is not. */
    MISSING_FIELD(1011, Kind.INVALID),
    /** A text that the books cannot hold: too long, or with a NUL character. */
    INVALID_TEXT(1012, Kind.INVALID),
    /** Payer and payee are the same account. */
    SAME_ACCOUNT(1013, Kind.INVALID),
    /** The account is of another class than this operation takes. */
    WRONG_ACCOUNT_CLASS(1014, Kind.INVALID),
    /** The method does not exist at this path. */
    METHOD_NOT_ALLOWED(1015, Kind.INVALID),
    /** A change without operator or reason. */
    OPERATOR_REQUIRED(1016, Kind.INVALID),
    /** No valid credentials for this. */
    UNAUTHENTICATED(1017, Kind.INVALID),
    /** Not 14 digits, or a wrong check digit. */
    INVALID_CUSTOMER_NUMBER(1018, Kind.INVALID),
    /** A statement that SQL mode cannot undo, refused before it runs; says what to use instead. */
    SQL_NOT_UNDOABLE(1019, Kind.INVALID),
    /** A row is changed to a value from outside that the branch did not read FOR UPDATE. */
    SQL_NOT_READ_FOR_UPDATE(1020, Kind.INVALID),
    /** Whoever asks is known, but may not do this. */
    NOT_PERMITTED(1021, Kind.INVALID),
    /** The payload of a message is longer than an outbox takes. */
    MESSAGE_TOO_LARGE(1031, Kind.INVALID),
    /** No topic or key of a message: empty, too long, or of other characters. */
    INVALID_MESSAGE_KEY(1032, Kind.INVALID),
    /** What two operators must want was approved by the one who proposed it. */
    SECOND_OPERATOR_REQUIRED(1041, Kind.INVALID),
    /** The header of a global transaction cannot be read. */
    MALFORMED_CONTEXT(1051, Kind.INVALID),
    /** The header of a global transaction is not signed with a key that is known here. */
    FORGED_CONTEXT(1052, Kind.INVALID),
    /** The service has no action of this name and kind. */
    UNKNOWN_ACTION(1053, Kind.INVALID),
    /** More content, branches or messages than a transaction may have. */
    TRANSACTION_TOO_LARGE(1054, Kind.INVALID),
    /** The definition of an orchestration does not begin with a call. */
    INVALID_DEFINITION(1061, Kind.INVALID),
    /** The request is not of the form that a policy demands. */
    AGAINST_SCHEMA(1071, Kind.INVALID),
    /** A document of policies does not parse or contradicts itself; the old one stays in force. */
    INVALID_POLICY(1072, Kind.INVALID),
    /** A document of configuration that its processes could not use, or a change without effect. */
    INVALID_CONFIGURATION(1091, Kind.INVALID),

    /** No service is served at this path. */
    UNKNOWN_PATH(1101, Kind.NOT_FOUND),
    /** The account does not exist. */
    UNKNOWN_ACCOUNT(1102, Kind.NOT_FOUND),
    /** The customer does not exist. */
    UNKNOWN_CUSTOMER(1103, Kind.NOT_FOUND),
    /** No transaction has this trace number. */
    UNKNOWN_TRANSACTION(1104, Kind.NOT_FOUND),
    /** No hold has this number. */
    UNKNOWN_HOLD(1105, Kind.NOT_FOUND),
    /** Nobody in the cell consumes this topic; the relay goes on trying. */
    UNKNOWN_TOPIC(1131, Kind.NOT_FOUND),
    /** No message has this key and position. */
    UNKNOWN_MESSAGE(1132, Kind.NOT_FOUND),
    /** No proposal of an operator has this number. */
    UNKNOWN_PROPOSAL(1141, Kind.NOT_FOUND),
    /** No orchestration is defined under this name, or this version of it is not kept. */
    UNKNOWN_DEFINITION(1161, Kind.NOT_FOUND),
    /** No document of configuration has this name, or this version of it is not there. */
    UNKNOWN_CONFIGURATION(1191, Kind.NOT_FOUND),

    /** Amount and account are of two currencies. */
    CURRENCY_MISMATCH(2001, Kind.BUSINESS),
    /** The account is closed. */
    ACCOUNT_CLOSED(2002, Kind.BUSINESS),
    /** The account is frozen. */
    ACCOUNT_FROZEN(2003, Kind.BUSINESS),
    /** Balance, holds and overdraft limit do not allow it. */
    INSUFFICIENT_FUNDS(2004, Kind.BUSINESS),
    /** The balance would be beyond what can be counted. */
    BALANCE_OVERFLOW(2005, Kind.BUSINESS),
    /** The account still has a balance. */
    ACCOUNT_NOT_EMPTY(2006, Kind.BUSINESS),
    /** Transactions or holds of the account are unfinished. */
    ACCOUNT_BUSY(2007, Kind.BUSINESS),
    /** The original cannot be reversed: refused itself, a reversal, or of a kind that is final. */
    NOT_REVERSIBLE(2008, Kind.BUSINESS),
    /** The parts of a reversal would exceed the original. */
    REVERSAL_EXCEEDS_ORIGINAL(2009, Kind.BUSINESS),
    /** A business date must move forward. */
    DATE_NOT_FORWARD(2010, Kind.BUSINESS),

    /** The trace number was used before with other content. */
    TRACE_CONTENT_DIFFERS(2101, Kind.CONFLICT),
    /** The hold was captured or released already. */
    HOLD_ENDED(2102, Kind.CONFLICT),
    /** The branch was cancelled before it came: a late try (suspension). */
    BRANCH_CANCELLED(2103, Kind.CONFLICT),
    /** The number is taken by another customer or account. */
    ALREADY_EXISTS(2104, Kind.CONFLICT),
    /** The message is not the one that its key waits for. */
    MESSAGE_NOT_NEXT(2131, Kind.CONFLICT),
    /** The proposal was approved, rejected or has expired. */
    PROPOSAL_ENDED(2141, Kind.CONFLICT),
    /** The proposal is not the one that the approver has read. */
    PROPOSAL_DIFFERS(2142, Kind.CONFLICT),
    /** An operator wants an outcome that the decision on record contradicts. */
    AGAINST_DECISION(2143, Kind.CONFLICT),
    /** The branch finishes by itself, or is finished: there is nothing to resolve by hand. */
    NOT_TO_BE_RESOLVED(2144, Kind.CONFLICT),
    /** An operator has suspended the transaction; it is to be resumed first. */
    TRANSACTION_SUSPENDED(2145, Kind.CONFLICT),
    /** Another content is known under this definition's name and version. */
    DEFINITION_DIFFERS(2161, Kind.CONFLICT),
    /** Somebody changed the document of configuration since the operator looked. */
    CONFIGURATION_CHANGED(2191, Kind.CONFLICT),

    /** This cell does not own the slot; the answer carries a newer route map. */
    WRONG_CELL(3001, Kind.ROUTING),
    /** The caller knows an older epoch of the slot. */
    STALE_EPOCH(3002, Kind.ROUTING),
    /** The slot is changing hands; try again until the deadline. */
    SLOT_MOVING(3003, Kind.ROUTING),
    /** The slot is being emptied before it moves; new work waits. */
    SLOT_DRAINING(3004, Kind.ROUTING),
    /** The slot is closed. */
    SLOT_CLOSED(3005, Kind.ROUTING),
    /** No cell owns the slot in the route map. */
    NO_ROUTE(3006, Kind.ROUTING),
    /** The slot takes credits only. Said by the fence and not recorded, so never final. */
    CREDIT_ONLY(3007, Kind.ROUTING),
    /** The slot is quarantined until it is verified. Said by the fence, so never final. */
    QUARANTINED(3008, Kind.ROUTING),

    /** Too much work is waiting; refused before it began. */
    OVERLOADED(4001, Kind.UNAVAILABLE),
    /** The deadline passed before the work began. */
    DEADLINE_EXPIRED(4002, Kind.UNAVAILABLE),
    /** No instance of the cell answers. */
    CELL_UNAVAILABLE(4003, Kind.UNAVAILABLE),
    /** The cell's database does not answer, and the work had not begun. */
    DATABASE_UNAVAILABLE(4004, Kind.UNAVAILABLE),
    /** The cell's database has no room left. */
    DATABASE_FULL(4005, Kind.UNAVAILABLE),
    /** The instance is stopping. */
    SHUTTING_DOWN(4006, Kind.UNAVAILABLE),
    /** The attempt was aborted, nothing moved; the same trace number may be tried again. */
    ABORTED(4007, Kind.UNAVAILABLE),
    /** The business day of the transaction is closed in a cell; try again for the open day. */
    DAY_CLOSED(4008, Kind.UNAVAILABLE),
    /** Before its deadline an undecided transaction is not answered for; ask later. */
    WAIT(4009, Kind.UNAVAILABLE),
    /** A row belongs to another unfinished global transaction, or was not free in time. */
    SQL_LOCK_CONFLICT(4010, Kind.UNAVAILABLE),
    /** What was asked for could not be put on record, so it was not done. */
    AUDIT_UNAVAILABLE(4011, Kind.UNAVAILABLE),
    /** No instance of the service answers, and the work had not begun. */
    SERVICE_UNAVAILABLE(4021, Kind.UNAVAILABLE),
    /** A policy admits fewer calls a second. */
    RATE_LIMITED(4071, Kind.UNAVAILABLE),
    /** A policy admits fewer calls at a time. */
    CONCURRENCY_LIMITED(4072, Kind.UNAVAILABLE),
    /** This process's share of a quota of all processes is used up. */
    QUOTA_USED(4073, Kind.UNAVAILABLE),
    /** Too many calls failed or were slow; for a while none is tried. */
    CIRCUIT_OPEN(4074, Kind.UNAVAILABLE),

    /** Not known yet; ask again with the same trace number. */
    UNKNOWN(5001, Kind.UNKNOWN),

    /** A fault of ours; reported as an alarm. */
    INTERNAL_ERROR(9001, Kind.FAULT),
    /** Two durable facts contradict each other; waits for an operator. */
    CONTRADICTION(9002, Kind.FAULT),
    /** A row to be undone was changed by others past the locks; waits for an operator. */
    SQL_DIRTY_ROW(9003, Kind.FAULT);

    /** What an outcome means to the caller. */
    public enum Kind {
        /** Done. */
        ACCEPTED,
        /** The request is wrong in itself; correct it. */
        INVALID,
        /** What it names does not exist. */
        NOT_FOUND,
        /** A rule of the business refuses it; recorded, final for this trace number. */
        BUSINESS,
        /** It contradicts what was done before. */
        CONFLICT,
        /** Sent to the wrong place; refresh the route map. */
        ROUTING,
        /** Nothing happened; the same trace number may be sent again. */
        UNAVAILABLE,
        /** Not known; the same trace number finds the truth. */
        UNKNOWN,
        /** A fault of ours. */
        FAULT
    }

    private static final Map<Integer, OutcomeCode> BY_NUMBER = new HashMap<>();

    static {
        for (OutcomeCode each : values()) {
            BY_NUMBER.put(each.number, each);
        }
    }

    private final int number;
    private final Kind kind;

    OutcomeCode(int number, Kind kind) {
        this.number = number;
        this.kind = kind;
    }

    /** The stable number. */
    public int number() {
        return number;
    }

    /** What it means to the caller. */
    public Kind kind() {
        return kind;
    }

    /** Whether the very same request, with the same trace number, may be sent again at once. */
    public boolean isSafeToRetry() {
        return kind == Kind.ROUTING || kind == Kind.UNAVAILABLE || kind == Kind.UNKNOWN;
    }

    /** Whether the refusal is recorded under the trace number like an acceptance. */
    public boolean isFinal() {
        return kind == Kind.ACCEPTED || kind == Kind.BUSINESS || kind == Kind.NOT_FOUND;
    }

    /** The code with this number; a number of a newer version is an {@link #INTERNAL_ERROR}. */
    public static OutcomeCode ofNumber(int number) {
        return BY_NUMBER.getOrDefault(number, INTERNAL_ERROR);
    }
}
