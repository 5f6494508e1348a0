package io.feiqian.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.bank.contract.AuditBooksRequest;
import io.feiqian.bank.contract.AuditBooksResponse;
import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.CellStatusResponse;
import io.feiqian.bank.contract.Change;
import io.feiqian.bank.contract.CurrencySum;
import io.feiqian.bank.contract.GetTransactionRequest;
import io.feiqian.bank.contract.ListChangesRequest;
import io.feiqian.bank.contract.MovementResponse;
import io.feiqian.bank.contract.PeerPosition;
import io.feiqian.bank.contract.SetBusinessDateRequest;
import io.feiqian.bank.contract.SetBusinessDateResponse;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.bank.contract.Wait;
import io.feiqian.transaction.PeerMessage;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CellAdminTest {
    @TempDir private Path secrets;
    private TwoCells cells;

    @BeforeEach
    void start() {
        cells = new TwoCells(secrets);
    }

    @AfterEach
    void stop() {
        cells.close();
    }

    @Test
    void movesTheBusinessDateForwardOnlyAndAuditsIt() {
        BusinessDate next = TwoCells.DAY.plusDays(40);
        SetBusinessDateResponse moved = setDate(TwoCells.FIRST, next);
        assertThat(code(moved)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(moved.getPrevious()).isEqualTo(TwoCells.DAY.toString());
        assertThat(code(setDate(TwoCells.FIRST, next))).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(code(setDate(TwoCells.FIRST, TwoCells.DAY)))
                .isEqualTo(OutcomeCode.DATE_NOT_FORWARD);
        CellStatusResponse status =
                cells.admin(TwoCells.FIRST).getCellStatus(CellStatusRequest.getDefaultInstance());
        assertThat(status.getBusinessDate()).isEqualTo(next.toString());
        assertThat(status.getCell()).isEqualTo("cell-1");
        assertThat(
                        cells.admin(TwoCells.FIRST)
                                .listChanges(ListChangesRequest.getDefaultInstance())
                                .getChangesList())
                .extracting(Change::getAction)
                .containsExactly("business-date.set");
    }

    @Test
    void postsEveryLegUnderTheDayOfThePayersCell() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        BusinessDate next = TwoCells.DAY.plusDays(1);
        setDate(TwoCells.FIRST, next);
        MovementResponse moved = cells.send(cells.transfer(payer, payee, "1.00"));
        assertThat(moved.getBusinessDate()).isEqualTo(next.toString());
        assertThat(moved.getState()).isEqualTo("SETTLED");
        MovementResponse back = cells.send(cells.transfer(payee, payer, "1.00"));
        assertThat(back.getBusinessDate()).isEqualTo(TwoCells.DAY.toString());
    }

    @Test
    @Requirement({"D7.2-a", "D7.2-b.1"})
    void auditsBooksThatBalanceAndFindsTheCentThatIsMissing() throws SQLException {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        cells.send(cells.transfer(payer, payee, "60.00"));
        AuditBooksResponse first = audit(TwoCells.FIRST);
        AuditBooksResponse second = audit(TwoCells.SECOND);
        assertThat(first.getFindingsList()).isEmpty();
        assertThat(second.getFindingsList()).isEmpty();
        assertThat(first.getSumsList()).extracting(CurrencySum::getBalanceMinor).containsOnly(0L);
        assertThat(first.getSumsList())
                .extracting(CurrencySum::getCustomersMinor)
                .containsExactly(4_000L);
        assertThat(position(first) + position(second)).isZero();
        try (Connection connection = cells.database(TwoCells.SECOND).pool().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("update account set balance = balance + 1 where id = " + payee);
        }
        assertThat(audit(TwoCells.SECOND).getFindingsList()).isNotEmpty();
    }

    @Test
    void findsTheChainOfChangesBroken() throws SQLException {
        setDate(TwoCells.FIRST, TwoCells.DAY.plusDays(1));
        setDate(TwoCells.FIRST, TwoCells.DAY.plusDays(2));
        try (Connection connection = cells.database(TwoCells.FIRST).pool().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("alter table change_record disable trigger user");
            statement.execute("update change_record set reason = 'another' where sequence = 1");
        }
        assertThat(audit(TwoCells.FIRST).getFindingsList())
                .singleElement()
                .asString()
                .contains("change record 1");
    }

    @Test
    @Requirement({"M7.5-2", "D7.3-0"})
    void recognisesEverythingAfterARestart() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        TransferRequest.Builder transfer = cells.transfer(payer, payee, "60.00");
        cells.send(transfer);
        cells.restart(TwoCells.FIRST);
        cells.restart(TwoCells.SECOND);
        MovementResponse again = cells.send(transfer);
        assertThat(again.getOutcome().getRecorded()).isTrue();
        assertThat(again.getPayerBalance()).isEqualTo("40.00");
        assertThat(cells.balance(payer)).isEqualTo("40.00");
        assertThat(cells.balance(payee)).isEqualTo("60.00");
        // Serial numbers go on where nobody was yet.
        assertThat(cells.account(TwoCells.IN_SECOND, "")).isNotEqualTo(payee);
    }

    @Test
    @Requirement({"D5.2-c", "P6.3.3-a.1"})
    void answersDecidedWhereThePayeesCellIsAwayAndSettlesLater() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        // The cell's patience, not the caller's: nobody has left before the answer is there.
        cells.restart(TwoCells.FIRST, Duration.ofSeconds(3));
        cells.peers().lose(PeerMessage.Kind.CONFIRM);
        cells.peers().lose(PeerMessage.Kind.INQUIRY);
        TransferRequest.Builder transfer = cells.transfer(payer, payee, "60.00");
        MovementResponse decided =
                cells.bank(payer).transfer(transfer.setWait(Wait.SETTLED).build());
        assertThat(decided.getState()).isEqualTo("DECIDED");
        assertThat(cells.balance(payer)).isEqualTo("40.00");
        assertThat(
                        cells.bank(payer)
                                .getTransaction(
                                        GetTransactionRequest.newBuilder()
                                                .setTraceNumber(transfer.getTraceNumber())
                                                .build())
                                .getState())
                .isEqualTo("DECIDED");
        AuditBooksResponse audit = audit(TwoCells.FIRST);
        assertThat(audit.getOutcome().getMessage()).isEmpty();
        assertThat(audit.getUnfinishedDecisions()).isEqualTo(1);
        assertThat(audit.getUnfinishedLegsList()).hasSize(1);
        cells.peers().heal();
        MovementResponse settled =
                cells.bank(payer).withDeadlineAfter(1, TimeUnit.MINUTES).transfer(transfer.build());
        assertThat(settled.getState()).isEqualTo("SETTLED");
        assertThat(cells.balance(payee)).isEqualTo("60.00");
    }

    private long position(AuditBooksResponse audit) {
        return audit.getPeersList().stream().mapToLong(PeerPosition::getBalanceMinor).sum();
    }

    private AuditBooksResponse audit(CellId cell) {
        return cells.admin(cell).auditBooks(AuditBooksRequest.getDefaultInstance());
    }

    private SetBusinessDateResponse setDate(CellId cell, BusinessDate date) {
        return cells.admin(cell)
                .setBusinessDate(
                        SetBusinessDateRequest.newBuilder()
                                .setBusinessDate(date.toString())
                                .build());
    }

    private static OutcomeCode code(SetBusinessDateResponse response) {
        return OutcomeCode.ofNumber(response.getOutcome().getCode());
    }
}
