package io.feiqian.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.bank.contract.ListNoticesRequest;
import io.feiqian.bank.contract.MovementResponse;
import io.feiqian.bank.contract.Notice;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What payers tell payees, by messages between cells. */
class NoticesTest {
    @TempDir private static Path folder;
    private static TwoCells cells;

    @BeforeAll
    static void start() {
        cells = new TwoCells(folder);
    }

    @AfterAll
    static void stop() {
        cells.close();
    }

    @Test
    @Requirement({"S.mq-9", "B9-b"})
    void aNoticeLeavesWithItsTransferAndReachesThePayeeInAnotherCellOnce() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        TransferRequest.Builder transfer =
                cells.transfer(payer, payee, "30.00").setNotice("rent for May");

        accepted(cells.send(transfer));
        accepted(cells.send(transfer));

        Notice notice = await(payee, 1).getFirst();
        assertThat(notice.getText()).isEqualTo("rent for May");
        assertThat(notice.getAmount()).isEqualTo("30.00");
        assertThat(notice.getPayerAccount()).isEqualTo(payer);
        assertThat(notice.getTraceNumber()).isEqualTo(transfer.getTraceNumber());
        accepted(cells.send(cells.transfer(payer, payee, "1.00").setNotice("and more")));
        assertThat(await(payee, 2)).extracting(Notice::getText).contains("and more");
    }

    @Test
    void aTransferThatIsRefusedTellsNobody() {
        String payer = cells.funded(TwoCells.IN_FIRST, "10.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");

        MovementResponse refused =
                cells.send(cells.transfer(payer, payee, "99.00").setNotice("too much"));
        accepted(cells.send(cells.transfer(payer, payee, "1.00").setNotice("enough")));

        assertThat(refused.getOutcome().getCode())
                .isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS.number());
        assertThat(await(payee, 1)).extracting(Notice::getText).containsExactly("enough");
    }

    @Test
    void aTransferWithinACellAndOneWithoutANoticeAreToldApart() {
        String payer = cells.funded(TwoCells.IN_FIRST, "10.00");
        String payee = cells.account(TwoCells.ALSO_IN_FIRST, "");

        accepted(cells.send(cells.transfer(payer, payee, "1.00")));
        accepted(cells.send(cells.transfer(payer, payee, "2.00").setNotice("here")));

        assertThat(await(payee, 1)).extracting(Notice::getAmount).containsExactly("2.00");
    }

    @Test
    void anotherNoticeUnderTheSameTraceNumberIsOtherContent() {
        String payer = cells.funded(TwoCells.IN_FIRST, "10.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        TransferRequest.Builder transfer = cells.transfer(payer, payee, "1.00").setNotice("one");
        accepted(cells.send(transfer));

        MovementResponse other = cells.send(transfer.setNotice("two"));

        assertThat(other.getOutcome().getCode())
                .isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS.number());
        MovementResponse tooLong =
                cells.send(cells.transfer(payer, payee, "1.00").setNotice("x".repeat(501)));
        assertThat(tooLong.getOutcome().getCode()).isEqualTo(OutcomeCode.INVALID_TEXT.number());
    }

    @Test
    void aNoticeWaitsForACellThatIsAwayAndSurvivesTheSendersRestart() {
        String payer = cells.funded(TwoCells.IN_FIRST, "10.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        cells.peers().loseMessages();
        accepted(cells.send(cells.transfer(payer, payee, "1.00").setNotice("late")));
        assertThat(notices(payee)).isEmpty();

        cells.restart(TwoCells.FIRST);
        cells.peers().heal();

        assertThat(await(payee, 1)).extracting(Notice::getText).containsExactly("late");
    }

    private static void accepted(MovementResponse response) {
        assertThat(response.getOutcome().getCode()).as("%s", response).isZero();
    }

    private static List<Notice> notices(String account) {
        return cells.bank(account)
                .listNotices(ListNoticesRequest.newBuilder().setAccount(account).build())
                .getNoticesList();
    }

    private static List<Notice> await(String account, int count) {
        cells.until(() -> notices(account).size() >= count);
        List<Notice> found = notices(account);
        assertThat(found).hasSize(count);
        return found;
    }
}
