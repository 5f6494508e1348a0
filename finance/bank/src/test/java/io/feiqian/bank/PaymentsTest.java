package io.feiqian.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.bank.contract.BookRequest;
import io.feiqian.bank.contract.DepositRequest;
import io.feiqian.bank.contract.GetStatementRequest;
import io.feiqian.bank.contract.GetTransactionRequest;
import io.feiqian.bank.contract.GetTransactionResponse;
import io.feiqian.bank.contract.InterbankRequest;
import io.feiqian.bank.contract.MovementResponse;
import io.feiqian.bank.contract.StatementEntry;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.bank.contract.Wait;
import io.feiqian.bank.contract.WithdrawRequest;
import io.feiqian.vocabulary.AccountNumber.Kind;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(Lifecycle.PER_CLASS)
class PaymentsTest {
    @TempDir private static Path secrets;
    private TwoCells cells;

    @BeforeAll
    void start() {
        cells = new TwoCells(secrets);
    }

    @AfterAll
    void stop() {
        cells.close();
    }

    @Test
    @Requirement({"D5.2-a", "D5.2-0", "D5.2-f"})
    void movesMoneyWithinACell() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.ALSO_IN_FIRST, "");
        MovementResponse moved = cells.send(cells.transfer(payer, payee, "30.25"));
        assertThat(code(moved)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(moved.getState()).isEqualTo("SETTLED");
        assertThat(moved.getPayerBalance()).isEqualTo("69.75");
        assertThat(moved.getBusinessDate()).isEqualTo(TwoCells.DAY.toString());
        assertThat(cells.balance(payer)).isEqualTo("69.75");
        assertThat(cells.balance(payee)).isEqualTo("30.25");
    }

    @Test
    @Requirement({"D7.3-0", "D7.3-a", "D7.2-b.1", "D5.2-b", "D5.3-a"})
    void movesMoneyBetweenCellsAndBothStatementsNameTheOtherSide() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        MovementResponse moved = cells.send(cells.transfer(payer, payee, "30.25").setText("rent"));
        assertThat(code(moved)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(moved.getState()).isEqualTo("SETTLED");
        assertThat(moved.getPayerBalance()).isEqualTo("69.75");
        assertThat(cells.balance(payer)).isEqualTo("69.75");
        assertThat(cells.balance(payee)).isEqualTo("30.25");
        StatementEntry debit = last(payer);
        assertThat(debit.getCounterAccount()).isEqualTo(payee);
        assertThat(debit.getAmount()).isEqualTo("-30.25");
        StatementEntry credit = last(payee);
        assertThat(credit.getCounterAccount()).isEqualTo(payer);
        assertThat(credit.getAmount()).isEqualTo("30.25");
        assertThat(credit.getText()).isEqualTo("rent");
        assertThat(credit.getSubNumber()).isEqualTo(1);
        assertThat(credit.getTraceNumber()).isEqualTo(debit.getTraceNumber());
    }

    @Test
    @Requirement("M7.5-2")
    void answersARepetitionWithTheRecordedAnswerOnBothPaths() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        for (String payee :
                List.of(
                        cells.account(TwoCells.ALSO_IN_FIRST, ""),
                        cells.account(TwoCells.IN_SECOND, ""))) {
            TransferRequest.Builder transfer = cells.transfer(payer, payee, "10.00");
            MovementResponse first = cells.send(transfer);
            MovementResponse second = cells.send(transfer);
            assertThat(code(second)).isEqualTo(OutcomeCode.ACCEPTED);
            assertThat(second.getOutcome().getRecorded()).isTrue();
            assertThat(second.getState()).isEqualTo("SETTLED");
            assertThat(second.getPayerBalance()).isEqualTo(first.getPayerBalance());
            assertThat(second.getBusinessDate()).isEqualTo(first.getBusinessDate());
            assertThat(cells.balance(payee)).isEqualTo("10.00");
        }
        assertThat(cells.balance(payer)).isEqualTo("80.00");
    }

    @Test
    void recordsRefusalsLikeAcceptances() {
        String poor = cells.funded(TwoCells.IN_FIRST, "5.00");
        for (String payee :
                List.of(
                        cells.account(TwoCells.ALSO_IN_FIRST, ""),
                        cells.account(TwoCells.IN_SECOND, ""))) {
            TransferRequest.Builder transfer = cells.transfer(poor, payee, "10.00");
            assertThat(code(cells.send(transfer))).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
            MovementResponse again = cells.send(transfer);
            assertThat(code(again)).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
            assertThat(again.getOutcome().getRecorded()).isTrue();
            assertThat(cells.balance(payee)).isEqualTo("0.00");
            GetTransactionResponse found = find(transfer.getTraceNumber());
            assertThat(found.getState()).isEqualTo("REFUSED");
            assertThat(found.getOutcome().getCode())
                    .isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS.number());
        }
        assertThat(cells.balance(poor)).isEqualTo("5.00");
    }

    @Test
    void refusesTheSameTraceNumberWithOtherContentAlsoOverThePaths() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String near = cells.account(TwoCells.ALSO_IN_FIRST, "");
        String far = cells.account(TwoCells.IN_SECOND, "");
        TransferRequest.Builder toNear = cells.transfer(payer, near, "10.00");
        assertThat(code(cells.send(toNear))).isEqualTo(OutcomeCode.ACCEPTED);
        TransferRequest.Builder toFar = cells.transfer(payer, far, "10.00");
        assertThat(code(cells.send(toFar))).isEqualTo(OutcomeCode.ACCEPTED);
        for (TransferRequest.Builder other :
                List.of(
                        toNear.clone().setAmount("10.01"),
                        toNear.clone().setText("another"),
                        toNear.clone().setPayeeAccount(far),
                        toFar.clone().setAmount("10.01"),
                        toFar.clone().setPayeeAccount(near))) {
            assertThat(code(cells.send(other))).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        }
        assertThat(cells.balance(payer)).isEqualTo("80.00");
        assertThat(cells.balance(near)).isEqualTo("10.00");
        assertThat(cells.balance(far)).isEqualTo("10.00");
    }

    @Test
    void refusesEveryBadInputWithItsCodeAndMovesNothing() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        Map<OutcomeCode, List<UnaryOperator<TransferRequest.Builder>>> bad =
                Map.of(
                        OutcomeCode.INVALID_ACCOUNT_NUMBER,
                        List.of(
                                it -> it.setPayeeAccount("123"),
                                it -> it.setPayeeAccount(wrongCheckDigit(payee)),
                                it -> it.setPayerAccount(wrongCheckDigit(payer))),
                        OutcomeCode.INVALID_AMOUNT,
                        List.of(
                                it -> it.setAmount("0"),
                                it -> it.setAmount("-1.00"),
                                it -> it.setAmount("1.005"),
                                it -> it.setAmount("1e3"),
                                it -> it.setAmount("ten")),
                        OutcomeCode.AMOUNT_OVERFLOW,
                        List.of(
                                it -> it.setAmount("999999999999999999"),
                                it -> it.setAmount("10000000000000000.01")),
                        OutcomeCode.UNKNOWN_CURRENCY,
                        List.of(it -> it.setCurrency("XYZ"), it -> it.setCurrency("\0")),
                        OutcomeCode.MISSING_FIELD,
                        List.of(
                                it -> it.clearAmount(),
                                it -> it.clearCurrency(),
                                it -> it.clearPayerAccount(),
                                it -> it.clearTraceNumber()),
                        OutcomeCode.INVALID_TRACE_NUMBER,
                        List.of(
                                it -> it.setTraceNumber("1"),
                                it ->
                                        it.setTraceNumber(
                                                "20261305" + it.getTraceNumber().substring(8))),
                        OutcomeCode.TRACE_NOT_AT_HOME,
                        List.of(it ->
                                it.setTraceNumber(cells.trace(TwoCells.ALSO_IN_FIRST).toString())),
                        OutcomeCode.INVALID_TEXT,
                        List.of(it -> it.setText("a\0b"), it -> it.setText("x".repeat(141))),
                        OutcomeCode.SAME_ACCOUNT,
                        List.of(it -> it.setPayeeAccount(payer)),
                        OutcomeCode.MALFORMED_REQUEST,
                        List.of(it -> it.setWaitValue(7)));
        bad.forEach((code, changes) ->
                changes.forEach(change -> {
                    TransferRequest.Builder transfer =
                            change.apply(cells.transfer(payer, payee, "1.00"));
                    assertThat(code(cells.bank(payer).transfer(transfer.build())))
                            .as("%s", transfer)
                            .isEqualTo(code);
                }));
        assertThat(cells.balance(payer)).isEqualTo("100.00");
        assertThat(cells.balance(payee)).isEqualTo("0.00");
    }

    @Test
    void refusesUnknownAccountsAndOtherCurrencies() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String near = unknownAt(TwoCells.ALSO_IN_FIRST);
        String far = unknownAt(TwoCells.IN_SECOND);
        assertThat(code(cells.send(cells.transfer(payer, near, "1.00"))))
                .isEqualTo(OutcomeCode.UNKNOWN_ACCOUNT);
        assertThat(code(cells.send(cells.transfer(payer, far, "1.00"))))
                .isEqualTo(OutcomeCode.UNKNOWN_ACCOUNT);
        assertThat(
                        code(
                                cells.send(
                                        cells.transfer(
                                                        payer,
                                                        cells.account(TwoCells.IN_SECOND, ""),
                                                        "1.00")
                                                .setCurrency("USD"))))
                .isEqualTo(OutcomeCode.CURRENCY_MISMATCH);
        assertThat(cells.balance(payer)).isEqualTo("100.00");
    }

    @Test
    void refusesTraceNumbersThatAreTooOldOrOfTheFuture() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        for (String payee :
                List.of(
                        cells.account(TwoCells.ALSO_IN_FIRST, ""),
                        cells.account(TwoCells.IN_SECOND, ""))) {
            assertThat(code(cells.send(dated(cells.transfer(payer, payee, "1.00"), -401))))
                    .isEqualTo(OutcomeCode.TRACE_EXPIRED);
            assertThat(code(cells.send(dated(cells.transfer(payer, payee, "1.00"), 2))))
                    .isEqualTo(OutcomeCode.TRACE_IN_FUTURE);
            assertThat(code(cells.send(dated(cells.transfer(payer, payee, "1.00"), -400))))
                    .isEqualTo(OutcomeCode.ACCEPTED);
            assertThat(code(cells.send(dated(cells.transfer(payer, payee, "1.00"), 1))))
                    .isEqualTo(OutcomeCode.ACCEPTED);
        }
        assertThat(cells.balance(payer)).isEqualTo("96.00");
    }

    @Test
    void paysInAndOutAgainstACashDeskOfAnotherCell() {
        String account = cells.account(TwoCells.IN_SECOND, "");
        String desk = cells.internal(TwoCells.FIRST, Kind.CASH);
        DepositRequest deposit =
                DepositRequest.newBuilder()
                        .setTraceNumber(cells.trace(desk).toString())
                        .setCashAccount(desk)
                        .setAccount(account)
                        .setAmount("50")
                        .setCurrency("CNY")
                        .setWait(Wait.SETTLED)
                        .build();
        assertThat(code(cells.bank(desk).deposit(deposit))).isEqualTo(OutcomeCode.ACCEPTED);
        WithdrawRequest withdrawal =
                WithdrawRequest.newBuilder()
                        .setTraceNumber(cells.trace(account).toString())
                        .setCashAccount(desk)
                        .setAccount(account)
                        .setAmount("20.50")
                        .setCurrency("CNY")
                        .build();
        assertThat(code(cells.bank(account).withdraw(withdrawal))).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(cells.balance(account)).isEqualTo("29.50");
        WithdrawRequest atNoDesk =
                withdrawal.toBuilder()
                        .setTraceNumber(cells.trace(account).toString())
                        .setCashAccount(cells.internal(TwoCells.FIRST, Kind.INCOME))
                        .build();
        assertThat(code(cells.bank(account).withdraw(atNoDesk)))
                .isEqualTo(OutcomeCode.WRONG_ACCOUNT_CLASS);
    }

    @Test
    void paysOtherBanksAndBooksFees() {
        String account = cells.funded(TwoCells.IN_SECOND, "100.00");
        String nostro = cells.internal(TwoCells.FIRST, Kind.NOSTRO);
        String income = cells.internal(TwoCells.FIRST, Kind.INCOME);
        InterbankRequest payment =
                InterbankRequest.newBuilder()
                        .setTraceNumber(cells.trace(account).toString())
                        .setDirection(InterbankRequest.Direction.OUTGOING)
                        .setAccount(account)
                        .setNostroAccount(nostro)
                        .setPartnerAccount("87144583")
                        .setAmount("12.00")
                        .setCurrency("CNY")
                        .setText("order")
                        .setWait(Wait.SETTLED)
                        .build();
        assertThat(code(cells.bank(account).payInterbank(payment))).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(last(nostro).getText()).isEqualTo("order [87144583]");
        InterbankRequest nowhere =
                payment.toBuilder()
                        .setTraceNumber(cells.trace(account).toString())
                        .clearDirection()
                        .build();
        assertThat(code(cells.bank(account).payInterbank(nowhere)))
                .isEqualTo(OutcomeCode.MISSING_FIELD);
        BookRequest fee =
                BookRequest.newBuilder()
                        .setTraceNumber(cells.trace(account).toString())
                        .setDebitAccount(account)
                        .setCreditAccount(income)
                        .setAmount("0.50")
                        .setCurrency("CNY")
                        .setKind("FEE")
                        .build();
        assertThat(code(cells.bank(account).book(fee))).isEqualTo(OutcomeCode.ACCEPTED);
        BookRequest atNostro =
                fee.toBuilder()
                        .setTraceNumber(cells.trace(account).toString())
                        .setCreditAccount(nostro)
                        .build();
        assertThat(code(cells.bank(account).book(atNostro)))
                .isEqualTo(OutcomeCode.WRONG_ACCOUNT_CLASS);
        assertThat(cells.balance(account)).isEqualTo("87.50");
    }

    @Test
    void answersWhatBecameOfATraceNumber() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        TransferRequest.Builder transfer = cells.transfer(payer, payee, "7.00");
        assertThat(find(transfer.getTraceNumber()).getOutcome().getCode())
                .isEqualTo(OutcomeCode.UNKNOWN_TRANSACTION.number());
        cells.send(transfer);
        GetTransactionResponse found = find(transfer.getTraceNumber());
        assertThat(found.getState()).isIn("DECIDED", "SETTLED");
        assertThat(found.getPayerAccount()).isEqualTo(payer);
        assertThat(found.getPayeeAccount()).isEqualTo(payee);
        assertThat(found.getAmount()).isEqualTo("7.00");
        assertThat(found.getReversedAmount()).isEqualTo("0.00");
    }

    private GetTransactionResponse find(String trace) {
        return cells.bank(TraceNumber.parse(trace).home())
                .getTransaction(GetTransactionRequest.newBuilder().setTraceNumber(trace).build());
    }

    private StatementEntry last(String account) {
        return cells.bank(account)
                .getStatement(
                        GetStatementRequest.newBuilder().setAccount(account).setLimit(1000).build())
                .getEntriesList()
                .getLast();
    }

    private TransferRequest.Builder dated(TransferRequest.Builder transfer, int days) {
        BusinessDate date = TwoCells.DAY.plusDays(days);
        return transfer.setTraceNumber(
                "%08d".formatted(date.number()) + transfer.getTraceNumber().substring(8));
    }

    private static String unknownAt(io.feiqian.vocabulary.Slot slot) {
        return io.feiqian.vocabulary.AccountNumber.of(slot, Kind.CUSTOMER, 999_999_999).toString();
    }

    private static String wrongCheckDigit(String account) {
        int last = account.charAt(15) - '0';
        return account.substring(0, 15) + (last + 1) % 10;
    }

    private static OutcomeCode code(MovementResponse response) {
        return OutcomeCode.ofNumber(response.getOutcome().getCode());
    }
}
