package io.feiqian.realdata;

import java.time.LocalDate;

/**
 * One row of the Czech bank's transactions: money that moved between a customer's account and
 * something else of the bank.
 *
 * @param id the bank's number of it; unique over all files
 * @param account the customer's account
 * @param date the day
 * @param direction whether the account is credited or debited
 * @param amount how much, in hundredths of a koruna, 0 or more
 * @param recordedBalance the balance that the bank recorded after it, in hundredths, rounded by it
 * @param otherSide what is on the other side
 * @param text what a statement says of it
 */
record BerkaTransaction(
        long id,
        long account,
        LocalDate date,
        Direction direction,
        long amount,
        long recordedBalance,
        OtherSide otherSide,
        String text) {

    /** Which way the money goes, seen from the customer's account. */
    enum Direction {
        /** PRIJEM. */
        CREDIT,
        /** VYDAJ and VYBER. */
        DEBIT
    }

    /** What is on the other side of a row. */
    sealed interface OtherSide {
        /** The cash desk of the account's district (VKLAD, VYBER). */
        record CashDesk() implements OtherSide {}

        /**
         * Our nostro account at the partner bank (PREVOD Z UCTU, PREVOD NA UCET).
         *
         * @param bank the partner bank's two letters; empty where the row names none
         * @param partnerAccount the account there; empty where the row names none
         */
        record Nostro(String bank, String partnerAccount) implements OtherSide {}

        /** Card settlement (VYBER KARTOU). */
        record CardSettlement() implements OtherSide {}

        /** Interest that the bank pays (UROK). */
        record InterestExpense() implements OtherSide {}

        /** Interest on a negative balance that the bank earns (SANKC. UROK). */
        record PenaltyInterestIncome() implements OtherSide {}

        /** Fees that the bank earns (SLUZBY). */
        record FeeIncome() implements OtherSide {}
    }
}
