package io.feiqian.simulation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A rule of the protocols that a run can do without, and then must lose money. The rules are broken
 * in what surrounds the code under test, never inside it: production has no switch for them.
 */
public enum Rule {
    /** Content is compared under a trace number. */
    TRACE_IDENTITY("another content under a used trace number is answered as done, and is not"),
    /** Every attempt has keys of its own. */
    ATTEMPT("the next attempt meets the cancelled branch of the last: it can never be done"),
    /** Known ids are read under the account locks. */
    DUPLICATE_AFTER_LOCK("two instances post the same request: the second read the ids too early"),
    /** Only conflict proves absence. */
    UNKNOWN_COMMIT("not found after a lost COMMIT is answered as undone, and then it commits"),
    /** A reversal locks its original and counts its parts. */
    REVERSAL_ONCE("two reversals together take back more than was posted"),
    /** Nobody cancels before the abort is on record. */
    ABORT_FIRST("branches are cancelled on a timeout while the decision still commits"),
    /** The decision lists its branches. */
    BRANCH_LIST("an inquiry confirms a branch of another attempt than the one decided"),
    /** Inquiries are answered from an insert attempt, never from a select. */
    HOME_SLOT("an inquiry finds no decision and has the branch cancelled, and then it commits"),
    /** A confirm uses its reservation and checks no business rule. */
    CONFIRM_NEVER_REFUSED("the payee is frozen in between: decided money never arrives"),
    /** A decision is kept until every confirm is recorded. */
    CLEANING("the decision is deleted early, the branch asks and is cancelled"),
    /** Transport faults are retried for ever. */
    RETRY_FOR_EVER("after some tries a confirm is given up: decided money never arrives"),
    /** A work whose time is over is dropped before it begins, with a definite answer. */
    TWO_LANES("what was answered as too late, and not done, is done all the same"),
    /** A key that is presumed new is proven so by its insert, or looked for before any answer. */
    PRESUMPTION("a key that is presumed new is taken for new: a repeated request is posted again"),
    /** Repeats inside a batch wait for the outcome of the first. */
    NO_POISON(
            "the repeat in a batch is answered before the batch is: it fails, and nothing was done"),
    /** Every message of a frame has an outcome of its own. */
    FRAMED(
            "a confirm takes the answer of its neighbour in the frame for its own, and is never done"),
    /** The fence's lock is tried, never waited for. */
    FENCE_QUEUE("a batch waits for a slot that changes hands, and with it every other slot's work"),
    /** Lock first, read the ownership row by a later statement. */
    FENCE_ORDER("a write slips past a switch: it read the old epoch before it had the lock"),
    /** Owner and epoch are verified inside the commit. */
    FENCE("a write by an old owner lands in slots that were given up"),
    /** A message's number is taken under its key's lock, in the commit that makes it visible. */
    OUTBOX_HORIZON("two messages of a key get one number: the second is taken for a repetition"),
    /** The consumer's mark moves with the effect, and what is up to it is not taken again. */
    INBOX_MARK("a message that comes twice has its effect twice"),
    /** Skipping a dead message moves the consumer's mark. */
    DEAD_LETTER_MARK("a message is given up at its sender only: its key waits for it for ever"),
    /** Finishing work is admitted while a slot drains. */
    STATE_TABLE("a draining slot refuses the confirms that would empty it: money stays reserved"),
    /** Locks are taken in one global order. */
    LOCK_ORDER("two batches wait for each other and both are undone"),
    /** Every pair of cells nets to zero. */
    NET_ZERO("a leg is booked without its inter-cell account: pairs of cells do not net"),
    /** All legs are posted under one day. */
    BUSINESS_DATE("legs of one transaction fall on two days, or into a closed one"),
    /** Commits are answered when they are durable. */
    CHECKED_DURABILITY("a database that stops forgets commits that were answered"),
    /** A branch's row is in the commit of its effect. */
    RECORDED(
            "a service dies between its effect and the row: the effect is there, and nobody knows",
            Kind.TCC,
            Kind.REVERSAL),
    /** A cancel that comes before its try leaves the row that refuses it. */
    PLANTED_CANCEL("what was said to be cancelled is done afterwards", Kind.TCC, Kind.REVERSAL),
    /** An inquiry that finds no decision plants the row that a late one meets. */
    PLANTED_DECISION("an inquiry cancels a branch, and then its transaction is decided", Kind.TCC),
    /** An attempt is void on record before its branches are cancelled. */
    VOID_FIRST("branches are cancelled, and the same attempt is decided", Kind.TCC, Kind.MIXED),
    /** A decision is refused past the time in which rows that forbid it are kept. */
    DECIDE_BY(
            "a decision paused past the cleaning of what forbids it commits over cancelled"
                    + " branches",
            Kind.TCC),
    /** An inquiry is answered commit for a listed branch of the decided attempt only. */
    BRANCH_LISTED(
            "a branch of a void attempt is confirmed since its trace number is decided", Kind.TCC),
    /** What is asked for is compared by its digest. */
    OTHER_CONTENT("another content under a used trace number is told that it is done", Kind.TCC),
    /** A confirm for a branch that is not there is never acknowledged. */
    UNKNOWN_BRANCH("a forgotten branch is taken for done, and is never done", Kind.TCC),
    /** No such prepared transaction is success only with the branch's row. */
    XA_GID("a prepared transaction that is not found is taken for committed", Kind.XA),
    /** A message leaves with the decision only. */
    MESSAGE_WITH_DECISION("a message leaves, and its transaction is aborted", Kind.MESSAGE),
    /** Taking a message and its effect are one commit. */
    MESSAGE_MARK("a message that comes twice has its effect twice", Kind.MESSAGE),
    /** Row locks of SQL mode are held until phase two. */
    SQL_LOCKS("somebody writes a row in between, and it can no longer be undone", Kind.SQL),
    /** A row that is not as the branch left it is never overwritten. */
    DIRTY_ROW("an undo overwrites what somebody else has written past the locks", Kind.SQL),
    /** Images are restored in reverse order. */
    UNDO_ORDER("a row that was changed twice is not what it was", Kind.SQL),
    /** A decision is marked as finished only when every branch has ended. */
    END_MARK("a decision is forgotten while a branch of it waits", Kind.TCC, Kind.MIXED),
    /** Rows are kept for as long as what they forbid can still come. */
    CLEANING_HORIZON("a late try or a repeated message finds no row that refuses it", Kind.MIXED),
    /** What an orchestration has come to is durable before anything follows from it. */
    STEP_DURABLE(
            "an engine dies after a step that its rows do not know: nobody ends or reverses it",
            Kind.ORCHESTRATION),
    /** A step's effect and the key of its call are one commit. */
    STEP_KEY("a step that is called again has its effect again", Kind.ORCHESTRATION),
    /** A reversal of what never came leaves a row that a late call meets. */
    STEP_LATE("a step is done after it was reversed, and stays", Kind.ORCHESTRATION);

    private final String loss;

    /** The names of the kinds, with blanks between. */
    private final String kinds;

    Rule(String loss, Kind... kinds) {
        this.loss = loss;
        this.kinds =
                kinds.length == 0
                        ? Kind.BANK.kindName()
                        : Arrays.stream(kinds).map(Kind::kindName).collect(Collectors.joining(" "));
    }

    /** The kinds of transactions that show what is lost without it. */
    public List<Kind> kinds() {
        return Arrays.stream(kinds.split(" ", -1))
                .flatMap(name -> Kind.named(name).stream())
                .toList();
    }

    /** Its name in PROTOCOLS, such as {@code abort-first}. */
    public String ruleName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** How money is lost without it. */
    public String loss() {
        return loss;
    }

    /** The rule of this name. */
    public static Optional<Rule> named(String name) {
        return Arrays.stream(values()).filter(each -> each.ruleName().equals(name)).findFirst();
    }
}
