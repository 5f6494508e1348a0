package io.feiqian.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.bank.contract.Change;
import io.feiqian.bank.contract.ChangeMessageRequest;
import io.feiqian.bank.contract.ChangeMessageResponse;
import io.feiqian.bank.contract.FindMessagesRequest;
import io.feiqian.bank.contract.ListChangesRequest;
import io.feiqian.bank.contract.ListMessageKeysRequest;
import io.feiqian.bank.contract.ListMessageKeysResponse;
import io.feiqian.bank.contract.ListNoticesRequest;
import io.feiqian.bank.contract.MessageAdminGrpc.MessageAdminBlockingStub;
import io.feiqian.bank.contract.MessageKeyRecord;
import io.feiqian.bank.contract.MessageRecord;
import io.feiqian.bank.contract.ReplayMessagesRequest;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see and do about messages. */
class MessageDeskTest {
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
    @Requirement("P6.4.3-b")
    void messagesAreFoundByKeyAndPositionByTransactionAndByTime() {
        String payer = cells.funded(TwoCells.IN_FIRST, "10.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        TransferRequest.Builder first = noticed(payer, payee, "one");
        cells.send(first);
        cells.send(noticed(payer, payee, "two"));
        cells.until(() -> finished(payee) == 2);

        MessageKeyRecord key = keys(payee).getKeysList().getFirst();
        assertThat(key.getConsumer()).isEqualTo(TwoCells.SECOND.toString());
        assertThat(find(FindMessagesRequest.newBuilder().setKey(key.getKey())))
                .extracting(MessageRecord::getPosition)
                .containsExactly(1L, 2L);
        assertThat(find(FindMessagesRequest.newBuilder().setKey(key.getKey()).setFromPosition(2)))
                .extracting(MessageRecord::getPosition)
                .containsExactly(2L);
        MessageRecord byTrace =
                find(FindMessagesRequest.newBuilder().setTraceNumber(first.getTraceNumber()))
                        .getFirst();
        assertThat(byTrace.getState()).isEqualTo("DONE");
        assertThat(
                        find(
                                FindMessagesRequest.newBuilder()
                                        .setFromMillis(byTrace.getSentAtMillis())
                                        .setToMillis(byTrace.getSentAtMillis())
                                        .setTopic("payee-notice")))
                .contains(byTrace);
        assertThat(
                        cells.messageAdmin(TwoCells.SECOND)
                                .listMessageKeys(
                                        ListMessageKeysRequest.newBuilder().setName(payee).build())
                                .getMarksList())
                .singleElement()
                .satisfies(mark -> assertThat(mark.getMark()).isEqualTo(2));
    }

    @Test
    void aSkippedMessageIsOnRecordWithWhoGaveItUpAndTheLaterOnesGoOn() {
        String payer = cells.funded(TwoCells.IN_FIRST, "10.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        cells.peers().loseMessages();
        cells.send(noticed(payer, payee, "given up"));
        cells.send(noticed(payer, payee, "goes on"));
        String key = keys(payee).getKeysList().getFirst().getKey();

        ChangeMessageResponse notNext = operator().skipMessage(change(key, 2));
        ChangeMessageResponse skipped = operator().skipMessage(change(key, 1));
        cells.peers().heal();

        assertThat(notNext.getOutcome().getCode()).isEqualTo(OutcomeCode.MESSAGE_NOT_NEXT.number());
        assertThat(skipped.getKey().getState()).isEqualTo("SKIPPING");
        cells.until(() -> finished(payee) == 2);
        assertThat(texts(payee)).containsExactly("goes on");
        Change change =
                cells
                        .admin(TwoCells.FIRST)
                        .listChanges(ListChangesRequest.getDefaultInstance())
                        .getChangesList()
                        .stream()
                        .filter(each -> each.getAction().equals("message.skip"))
                        .findFirst()
                        .orElseThrow();
        assertThat(change.getOperator()).isEqualTo("tester");
        assertThat(change.getDetail()).contains(key);
    }

    @Test
    void aRewindSendsAgainAndThePayeeIsStillToldOnce() {
        String payer = cells.funded(TwoCells.IN_FIRST, "10.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        cells.send(noticed(payer, payee, "once"));
        cells.until(() -> finished(payee) == 1);
        String key = keys(payee).getKeysList().getFirst().getKey();

        ChangeMessageResponse replayed =
                operator()
                        .replayMessages(
                                ReplayMessagesRequest.newBuilder()
                                        .setKey(key)
                                        .setFromPosition(1)
                                        .setToPosition(1)
                                        .build());

        assertThat(replayed.getKey().getKey()).isNotEqualTo(key);
        cells.until(() ->
                keys(payee).getKeysList().stream()
                                .filter(each -> each.getFinished() == each.getSent())
                                .count()
                        == 2);
        assertThat(texts(payee)).containsExactly("once");
    }

    @Test
    void whatIsNotThereCannotBeTakenUpAndAKeyMustBeOne() {
        assertThat(
                        operator()
                                .retryMessage(change("0017:7777:0:payee-notice:nobody", 1))
                                .getOutcome()
                                .getCode())
                .isEqualTo(OutcomeCode.UNKNOWN_MESSAGE.number());
        assertThat(operator().retryMessage(change("0017:nobody", 1)).getOutcome().getCode())
                .isEqualTo(OutcomeCode.INVALID_MESSAGE_KEY.number());
    }

    private static MessageAdminBlockingStub operator() {
        return cells.messageAdmin(TwoCells.FIRST);
    }

    private static ChangeMessageRequest change(String key, long position) {
        return ChangeMessageRequest.newBuilder().setKey(key).setPosition(position).build();
    }

    private static TransferRequest.Builder noticed(String payer, String payee, String text) {
        return cells.transfer(payer, payee, "1.00").setNotice(text);
    }

    private static ListMessageKeysResponse keys(String payee) {
        return operator()
                .listMessageKeys(
                        ListMessageKeysRequest.newBuilder()
                                .setName(AccountNumber.parse(payee).toString())
                                .build());
    }

    private static long finished(String payee) {
        return keys(payee).getKeysList().stream().mapToLong(MessageKeyRecord::getFinished).sum();
    }

    private static List<MessageRecord> find(FindMessagesRequest.Builder request) {
        return operator().findMessages(request.build()).getMessagesList();
    }

    private static List<String> texts(String payee) {
        return cells
                .bank(payee)
                .listNotices(ListNoticesRequest.newBuilder().setAccount(payee).build())
                .getNoticesList()
                .stream()
                .map(each -> each.getText())
                .toList();
    }
}
