package io.feiqian.bank;

import io.feiqian.bank.contract.GetAccountResponse;
import io.feiqian.bank.contract.GetCustomerResponse;
import io.feiqian.bank.contract.GetStatementRequest;
import io.feiqian.bank.contract.GetStatementResponse;
import io.feiqian.bank.contract.StatementEntry;
import io.feiqian.ledger.AccountRow;
import io.feiqian.ledger.StatementQuery;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import java.util.Optional;

/** How accounts, statements and customers are written on the wire. */
final class AccountReplies {
    private static final int USUAL_PAGE = 100;

    private AccountReplies() {}

    static GetCustomerResponse customer(Customers.Customer customer) {
        return GetCustomerResponse.newBuilder()
                .setOutcome(Replies.accepted())
                .setCustomer(customer.number().toString())
                .setName(customer.name())
                .addAllAccounts(customer.accounts().stream().map(AccountNumber::toString).toList())
                .build();
    }

    static GetAccountResponse account(AccountRow row, BusinessDate today) {
        Currency currency = Currency.ofNumber(row.currency());
        AccountNumber number = new AccountNumber(row.id());
        return GetAccountResponse.newBuilder()
                .setOutcome(Replies.accepted())
                .setAccount(number.toString())
                .setCustomer(
                        row.customer() == 0 ? "" : new CustomerNumber(row.customer()).toString())
                .setKind(number.kind().name())
                .setCurrency(currency.code())
                .setStatus(row.status().name())
                .setBalance(decimal(row.balance(), currency))
                .setHeld(decimal(row.held(), currency))
                .setPending(decimal(row.pending(), currency))
                .setOverdraftLimit(decimal(row.overdraftLimit(), currency))
                // Balance and limit are bounded so that this cannot overflow (Movement.LARGEST).
                .setAvailable(decimal(row.balance() - row.held() + row.overdraftLimit(), currency))
                .setBusinessDate(today.toString())
                .build();
    }

    static StatementQuery read(GetStatementRequest request) {
        return new StatementQuery(
                Fields.account("account", request.getAccount()),
                day(request.getFrom()),
                day(request.getTo()),
                request.getAfterEntry(),
                request.getLimit() == 0 ? USUAL_PAGE : request.getLimit());
    }

    static GetStatementResponse statement(Accounts.Statement statement) {
        Currency currency = Currency.ofNumber(statement.account().currency());
        GetStatementResponse.Builder response =
                GetStatementResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setAccount(new AccountNumber(statement.account().id()).toString())
                        .setCurrency(currency.code())
                        .setMore(statement.page().more());
        statement.page().entries().forEach(each -> response.addEntries(entry(each, currency)));
        return response.build();
    }

    static StatementEntry.Builder entry(io.feiqian.ledger.StatementEntry entry, Currency currency) {
        return StatementEntry.newBuilder()
                .setEntry(entry.entry())
                .setBusinessDate(entry.date().toString())
                .setTraceNumber(entry.key().trace().toString())
                .setSubNumber(entry.key().sub().number())
                .setKind(entry.kind().name())
                .setAmount(decimal(entry.amount(), currency))
                .setBalanceAfter(decimal(entry.balanceAfter(), currency))
                .setCounterAccount(new AccountNumber(entry.counterAccount()).toString())
                .setText(entry.text())
                .setPostedAtMillis(entry.postedAt());
    }

    static String decimal(long minor, Currency currency) {
        return new Money(minor, currency).decimal();
    }

    private static Optional<BusinessDate> day(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(BusinessDate.parse(text));
    }
}
