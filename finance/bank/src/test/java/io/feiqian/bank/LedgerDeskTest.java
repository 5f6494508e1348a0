package io.feiqian.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.feiqian.bank.contract.FindEntriesRequest;
import io.feiqian.bank.contract.FindEntriesResponse;
import io.feiqian.bank.contract.FoundEntry;
import io.feiqian.bank.contract.HotAccount;
import io.feiqian.bank.contract.HotAccountsRequest;
import io.feiqian.bank.contract.HotAccountsResponse;
import io.feiqian.bank.contract.KindBalance;
import io.feiqian.bank.contract.MovementResponse;
import io.feiqian.bank.contract.PeerPosition;
import io.feiqian.bank.contract.ShowAccountRequest;
import io.feiqian.bank.contract.ShowAccountResponse;
import io.feiqian.bank.contract.StatementEntry;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.bank.contract.TrialBalanceRequest;
import io.feiqian.bank.contract.TrialBalanceResponse;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see of the books of real cells. */
class LedgerDeskTest {
    private static final String SECRET_TEXT = "for the divorce lawyer";

    @TempDir private Path secrets;
    private TwoCells cells;
    private String payer = "";
    private String payee = "";

    @BeforeEach
    void start() {
        cells = new TwoCells(secrets);
        payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        payee = cells.account(TwoCells.IN_SECOND, "");
    }

    @AfterEach
    void stop() {
        cells.close();
    }

    @Test
    void anAccountIsShownWithItsNewestEntriesAndWithoutWhatPeopleWrote() {
        TransferRequest.Builder transfer =
                cells.transfer(payer, payee, "60.00").setText(SECRET_TEXT);
        accepted(cells.send(transfer));
        accepted(cells.send(cells.transfer(payer, payee, "1.00")));

        ShowAccountResponse newest = show(TwoCells.FIRST, payer, 0, 2);
        assertThat(newest.getCell()).isEqualTo("cell-1");
        assertThat(newest.getAccount().getBalance()).isEqualTo("39.00");
        assertThat(newest.getAccount().getStatus()).isEqualTo("OPEN");
        assertThat(newest.getAccount().getCustomer()).isNotEmpty();
        assertThat(newest.getEntriesList())
                .extracting(StatementEntry::getAmount)
                .containsExactly("-1.00", "-60.00");
        StatementEntry entry = newest.getEntries(1);
        assertThat(entry.getTraceNumber()).isEqualTo(transfer.getTraceNumber());
        assertThat(entry.getCounterAccount()).isEqualTo(payee);
        assertThat(entry.getBalanceAfter()).isEqualTo("40.00");
        assertThat(newest.toString()).doesNotContain(SECRET_TEXT);
        assertThat(newest.getMore()).isTrue();

        ShowAccountResponse older = show(TwoCells.FIRST, payer, entry.getEntry(), 2);
        assertThat(older.getEntriesList())
                .extracting(StatementEntry::getAmount)
                .containsExactly("100.00");
        assertThat(older.getMore()).isFalse();
    }

    @Test
    void onlyTheCellThatOwnsTheSlotShowsAnAccount() {
        assertThat(code(show(TwoCells.SECOND, payer, 0, 0).getOutcome()))
                .isEqualTo(OutcomeCode.WRONG_CELL);
        String unknown =
                AccountNumber.of(TwoCells.IN_FIRST, AccountNumber.Kind.CUSTOMER, 999_999)
                        .toString();
        assertThat(code(show(TwoCells.FIRST, unknown, 0, 0).getOutcome()))
                .isEqualTo(OutcomeCode.UNKNOWN_ACCOUNT);
        assertThat(code(show(TwoCells.FIRST, "1234", 0, 0).getOutcome()))
                .isEqualTo(OutcomeCode.INVALID_ACCOUNT_NUMBER);
        assertThat(code(show(TwoCells.FIRST, payer, 0, 51).getOutcome()))
                .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
        assertThat(code(show(TwoCells.FIRST, payer, -1, 0).getOutcome()))
                .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
    }

    @Test
    void theTrialBalanceOfEachCellIsNothingAndTheCellsNet() {
        accepted(cells.send(cells.transfer(payer, payee, "60.00")));

        TrialBalanceResponse first = trial(TwoCells.FIRST);
        TrialBalanceResponse second = trial(TwoCells.SECOND);

        assertThat(first.getKindsList())
                .extracting(KindBalance::getKind, KindBalance::getBalance)
                .containsExactly(
                        tuple("CUSTOMER", "40.00"),
                        tuple("CASH", "-100.00"),
                        tuple("INTER_CELL", "60.00"));
        assertThat(sum(first)).isZero();
        assertThat(sum(second)).isZero();
        assertThat(first.getPeersList())
                .containsExactly(
                        PeerPosition.newBuilder()
                                .setPeer("cell-2")
                                .setCurrency("CNY")
                                .setBalanceMinor(6_000)
                                .build());
        assertThat(second.getPeers(0).getBalanceMinor()).isEqualTo(-6_000);
    }

    @Test
    void theAccountsOfATransferAreHot() {
        TransferRequest.Builder transfer = cells.transfer(payer, payee, "60.00");
        accepted(cells.send(transfer));
        accepted(cells.send(transfer));

        HotAccountsResponse hot = hot(5);

        assertThat(hot.getEntries()).as("a repetition is no entry").isEqualTo(2);
        HotAccount hottest = hot.getAccounts(0);
        assertThat(hottest.getAccount()).isEqualTo(payer);
        assertThat(hottest.getEntries()).isEqualTo(2);
        assertThat(hottest.getTurnover()).isEqualTo("160.00");
        assertThat(code(hot(16).getOutcome())).isEqualTo(OutcomeCode.MALFORMED_REQUEST);
    }

    @Test
    void entriesAreFoundByAnAmountAndATime() {
        accepted(cells.send(cells.transfer(payer, payee, "12.34")));
        accepted(cells.send(cells.transfer(payer, payee, "43.21")));

        FindEntriesResponse found = find("12.34", 0, 60_000);
        assertThat(found.getEntriesList())
                .extracting(each -> each.getEntry().getAmount(), each -> each.getEntry().getDebit())
                .containsExactly(tuple("12.34", payer));
        assertThat(found.getEntriesList())
                .extracting(FoundEntry::getTraceNumber)
                .allMatch(each -> each.length() == 33);
        assertThat(find("12.340", 0, 60_000).getEntriesCount()).isEqualTo(1);
        assertThat(find("1234", 0, 60_000).getEntriesCount()).isZero();
        assertThat(find("12.34", -3_600_000, -1_800_000).getEntriesCount()).isZero();
        for (String wrong : List.of("", "-1", "1e3", "12,34", "12.34567", "9".repeat(15))) {
            assertThat(code(find(wrong, 0, 1).getOutcome()))
                    .as(wrong)
                    .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
        }
        assertThat(code(find("1", 0, 0).getOutcome())).isEqualTo(OutcomeCode.MALFORMED_REQUEST);
        assertThat(code(find("1", 0, 32L * 86_400_000).getOutcome()))
                .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
    }

    /** Relative to half a minute ago, milliseconds. */
    private FindEntriesResponse find(String amount, long from, long to) {
        long base = Clock.system().now().toEpochMilli() - 30_000;
        return cells.admin(TwoCells.FIRST)
                .findEntries(
                        FindEntriesRequest.newBuilder()
                                .setAmount(amount)
                                .setFromMillis(base + from)
                                .setToMillis(base + to)
                                .build());
    }

    /** A lock that nobody lets go stands for a read that takes too long. */
    @Test
    void whatCannotBeReadInTimeIsSaidSoAndTheConnectionIsGivenBackWhole() throws SQLException {
        try (Connection connection = cells.database(TwoCells.FIRST).pool().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table account, journal in access exclusive mode");
            assertThat(trial(TwoCells.FIRST).getLate()).isTrue();
            assertThat(hot(5).getLate()).isTrue();
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(trial(TwoCells.FIRST).getLate()).isFalse();
        assertThat(hot(5).getLate()).isFalse();
        accepted(cells.send(cells.transfer(payer, payee, "1.00")));
    }

    private ShowAccountResponse show(CellId cell, String account, long before, int limit) {
        return cells.admin(cell)
                .showAccount(
                        ShowAccountRequest.newBuilder()
                                .setAccount(account)
                                .setBeforeEntry(before)
                                .setLimit(limit)
                                .build());
    }

    private TrialBalanceResponse trial(CellId cell) {
        return cells.admin(cell).trialBalance(TrialBalanceRequest.getDefaultInstance());
    }

    private HotAccountsResponse hot(int minutes) {
        return cells.admin(TwoCells.FIRST)
                .hotAccounts(HotAccountsRequest.newBuilder().setMinutes(minutes).build());
    }

    private static BigDecimal sum(TrialBalanceResponse trial) {
        return trial.getKindsList().stream()
                .map(each -> new BigDecimal(each.getBalance()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static void accepted(MovementResponse moved) {
        assertThat(code(moved.getOutcome())).isEqualTo(OutcomeCode.ACCEPTED);
    }

    private static OutcomeCode code(Outcome outcome) {
        return OutcomeCode.ofNumber(outcome.getCode());
    }
}
