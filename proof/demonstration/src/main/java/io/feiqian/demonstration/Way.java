package io.feiqian.demonstration;

import java.sql.SQLException;

/** One way to transfer between the two databases. For one thread. */
interface Way extends AutoCloseable {
    /** Its name. */
    String name();

    /** What a transfer came to, as far as its caller knows. */
    enum Told {
        /** It happened. */
        DONE,
        /** It did not. */
        NOT_DONE,
        /** Nothing was heard. */
        NOTHING
    }

    /** Transfers, while this befalls it. */
    Told transfer(int number, long payer, long payee, long amount, Fault fault) throws SQLException;

    /** Lets everything be finished that will be; how many are left behind for good. */
    long settle() throws SQLException, InterruptedException;

    /** What all payers have more than at the beginning; less for less. */
    long payersGained() throws SQLException;

    /** What all payees have more than at the beginning. */
    long payeesGained() throws SQLException;

    @Override
    void close();
}
