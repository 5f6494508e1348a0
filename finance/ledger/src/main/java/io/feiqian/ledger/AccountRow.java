package io.feiqian.ledger;

/**
 * An account as its table holds it; amounts in minor units.
 *
 * @param id the account number
 * @param customer the owner; 0 for accounts of the bank itself
 * @param currency the currency's number
 * @param status its status
 * @param balance what it holds, positive for credit
 * @param held reserved by holds, 0 or more
 * @param pending announced credits, 0 or more
 * @param overdraftLimit how far below zero the balance may go
 * @param openItems how many reservations stand
 * @param name by which the bank knows it; may be empty
 */
public record AccountRow(
        long id,
        long customer,
        int currency,
        AccountStatus status,
        long balance,
        long held,
        long pending,
        long overdraftLimit,
        int openItems,
        String name) {}
