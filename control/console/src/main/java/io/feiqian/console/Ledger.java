package io.feiqian.console;

import io.feiqian.bank.contract.GetAccountResponse;
import io.feiqian.bank.contract.ShowAccountResponse;
import io.feiqian.bank.contract.StatementEntry;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * The books as the page shows them: one account where one was asked for, else those of all cells.
 *
 * @param asked the account number that was asked for; empty for none
 * @param silent the cells that said nothing
 * @param account the account, where a cell knows it
 * @param books the books of all cells, where no account was asked for
 */
public record Ledger(
        String asked, List<String> silent, Optional<Account> account, Optional<Books> books) {
    /** Copies the list. */
    public Ledger {
        silent = List.copyOf(silent);
    }

    /**
     * What all cells have on their books.
     *
     * @param trial all accounts by kind
     * @param hot the accounts with most entries
     */
    public record Books(Trial trial, Hot hot) {}

    /**
     * An account with a page of its statement.
     *
     * @param cell where it is
     * @param customer the owner's number; empty for accounts of the bank itself
     * @param entries the newest first
     * @param older the entry after which older ones follow; 0 where there are none
     */
    public record Account(
            String cell,
            String number,
            String kind,
            String status,
            String currency,
            String customer,
            BigDecimal balance,
            BigDecimal held,
            BigDecimal pending,
            BigDecimal limit,
            BigDecimal available,
            List<Entry> entries,
            long older) {
        /** Copies the list. */
        public Account {
            entries = List.copyOf(entries);
        }

        /** Its slot: the first four digits. */
        public String slot() {
            return number.substring(0, 4);
        }
    }

    /**
     * A journal entry as the account's statement shows it.
     *
     * @param amount positive for a credit, negative for a debit
     */
    public record Entry(
            long millis,
            String businessDate,
            String kind,
            String trace,
            int step,
            String counter,
            BigDecimal amount,
            BigDecimal balanceAfter) {
        /** Whether the account of the other side is not of another tenant's cells. */
        public boolean isCounterShown() {
            return !counter.equals(Border.LEFT_OUT);
        }
    }

    static Account account(ShowAccountResponse said) {
        GetAccountResponse account = said.getAccount();
        List<Entry> entries = said.getEntriesList().stream().map(Ledger::entry).toList();
        return new Account(
                said.getCell(),
                account.getAccount(),
                account.getKind(),
                account.getStatus(),
                account.getCurrency(),
                account.getCustomer(),
                new BigDecimal(account.getBalance()),
                new BigDecimal(account.getHeld()),
                new BigDecimal(account.getPending()),
                new BigDecimal(account.getOverdraftLimit()),
                new BigDecimal(account.getAvailable()),
                entries,
                said.getMore() ? said.getEntriesList().getLast().getEntry() : 0);
    }

    private static Entry entry(StatementEntry entry) {
        return new Entry(
                entry.getPostedAtMillis(),
                entry.getBusinessDate(),
                entry.getKind(),
                entry.getTraceNumber(),
                entry.getSubNumber(),
                entry.getCounterAccount(),
                new BigDecimal(entry.getAmount()),
                new BigDecimal(entry.getBalanceAfter()));
    }
}
