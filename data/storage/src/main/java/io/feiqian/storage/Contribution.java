package io.feiqian.storage;

import java.util.function.LongConsumer;

/**
 * One kind of rows in a local commit: the journal, the branches, the decisions, the messages. It
 * knows its own tables and nobody else's; {@link LocalCommit} brings the contributions of one
 * commit together.
 *
 * <p>A contribution is stateless and thread-safe; a {@link Batch} lives for one database
 * transaction on one thread.
 *
 * @param <C> its commands
 */
public interface Contribution<C> {
    /** Its name in logs and metrics. */
    String name();

    /**
     * Its place in the one global order in which tables are locked and written (lock-order):
     * accounts 100, holds 200, journal 300, decisions 400, branches 500, outbox 600, inbox 700.
     */
    int order();

    /**
     * Names the rows that a command locks and that others want too, such as accounts, so that two
     * transactions of one process rarely wait for each other. Only a hint: names none unless told.
     */
    default void rows(C command, LongConsumer rows) {}

    /** Its share of one database transaction. */
    Batch<C> open(CommitContext context);

    /**
     * The commands of one database transaction, in four steps whose order keeps money
     * (duplicate-after-lock): {@link #add} for every command; {@link #lock}; {@link #lockLast};
     * {@link #read}, when all locks of all contributions are held; then per work {@link #check} and
     * {@link #apply}; at last {@link #write}.
     *
     * @param <C> the commands
     */
    interface Batch<C> {
        /** Takes note of the keys this command needs. No mutation, no refusal. */
        void add(C command);

        /** Adds the statements that lock rows, keys sorted. May add none. */
        void lock(Statements statements);

        /**
         * Adds the statements that lock rows at which everybody meets, such as a cell's internal
         * accounts: after every other lock, so that one transaction's wait for another is as short
         * as it can be. Which rows these are must follow from their keys. May add none.
         */
        default void lockLast(Statements statements) {}

        /** Adds the statements that read what must be read under the locks. May add none. */
        void read(Statements statements);

        /**
         * Judges one command by what was read and by what earlier works of this batch did. No
         * mutation: it is also asked of a work that the fence refuses, where an earlier commit of
         * that work may stand.
         */
        Check check(C command);

        /**
         * Takes up one command in memory. Called for all parts of a work, in order, when every
         * check was {@link Check.Fresh}; {@code soFar} is the answer of the parts before. A part
         * that is handed a refusal records the refusal where it has rows for that, and never turns
         * it into an acceptance. It refuses for business reasons only, which are recorded; what may
         * pass is said by {@link #check}, since a refusal without a record would prove nothing
         * where keys are presumed new.
         */
        Answer apply(C command, Answer soFar);

        /** Adds the array statements that write everything that was applied. May add none. */
        void write(Statements statements);
    }

    /** What a check says. */
    sealed interface Check {
        /** Nothing is known of it: go on. */
        record Fresh() implements Check {}

        /**
         * The work ends here with this answer and writes nothing.
         *
         * @param answer the definite answer; marked as recorded where the command's own key shows
         *     that it was done or refused before, since only that tells a work whose commit's
         *     answer was lost what became of it (unknown-commit)
         */
        record Ended(Answer answer) implements Check {}

        /** The work is to be run again, with a look at what this transaction presumed. */
        record Unsure() implements Check {}

        /** Go on. */
        Check FRESH = new Fresh();

        /** Run it again. */
        Check UNSURE = new Unsure();
    }
}
