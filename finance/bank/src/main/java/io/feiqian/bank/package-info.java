/**
 * The bank of one cell: customers, accounts, payments, statements, and the cell as its operators
 * see it. Requests are read strictly, turned into commands of the ledger and of global
 * transactions, and answered with values.
 */
@NullMarked
package io.feiqian.bank;

import org.jspecify.annotations.NullMarked;
