package io.feiqian.bank;

import io.feiqian.bank.contract.ListNoticesRequest;
import io.feiqian.bank.contract.ListNoticesResponse;
import io.feiqian.bank.contract.Notice;
import io.feiqian.messaging.CellMessages;
import io.feiqian.messaging.Message;
import io.feiqian.messaging.MessageKey;
import io.feiqian.storage.Part;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Notices from payers to payees: a message that leaves exactly when the transfer is decided, in the
 * order of the payer's slot per payee. Only transfers that ask for one pay for it. Thread-safe.
 */
final class Notices {
    static final String TOPIC = "payee-notice";
    static final int LONGEST_TEXT = 500;

    /** The step of a transfer that its notice is: beyond all branches. */
    private static final SubNumber STEP = new SubNumber(9_001);

    private static final int USUAL_LIMIT = 100;
    private static final int MOST = 1_000;

    private static final String NEWEST =
            "select trace_head, trace_serial, payer, amount, currency, text, received_at from notice"
                    + " where account = ? order by received_at desc, trace_serial limit ?";

    private final CellMessages messages;
    private final FencedReads reads;

    Notices(CellMessages messages, FencedReads reads) {
        this.messages = messages;
        this.reads = reads;
    }

    /** The part of the transfer's commit that sends its notice, where it has one. */
    Optional<Part<?>> of(MovementOrder order, Caller caller) {
        if (order.notice().isEmpty()) {
            return Optional.empty();
        }
        MessageKey key =
                MessageKey.of(
                        order.payer().slot(),
                        order.payee().slot(),
                        TOPIC,
                        order.payee().toString());
        return Optional.of(
                messages.sending(
                        Message.of(key, order.trace(), STEP, PayeeNotice.of(order).payload())
                                .labelled(caller.label())));
    }

    /** The newest notices to an account. */
    CompletableFuture<ListNoticesResponse> list(ListNoticesRequest request, Caller caller) {
        AccountNumber account = Fields.account("account", request.getAccount());
        int limit = request.getLimit() == 0 ? USUAL_LIMIT : request.getLimit();
        if (limit < 1 || limit > MOST) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "limit: " + limit + " (expected: 1 to " + MOST + ")");
        }
        return reads.of(account.slot(), caller, connection -> newest(connection, account, limit));
    }

    private static ListNoticesResponse newest(
            Connection connection, AccountNumber account, int limit) throws SQLException {
        ListNoticesResponse.Builder response =
                ListNoticesResponse.newBuilder().setOutcome(Replies.accepted());
        try (PreparedStatement select = connection.prepareStatement(NEWEST)) {
            select.setLong(1, account.number());
            select.setInt(2, limit);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    response.addNotices(notice(row));
                }
            }
        }
        return response.build();
    }

    private static Notice notice(ResultSet row) throws SQLException {
        Currency currency = Currency.ofNumber(row.getInt(5));
        return Notice.newBuilder()
                .setTraceNumber(new TraceNumber(row.getLong(1), row.getLong(2)).toString())
                .setPayerAccount(new AccountNumber(row.getLong(3)).toString())
                .setAmount(new Money(row.getLong(4), currency).decimal())
                .setCurrency(currency.code())
                .setText(row.getString(6))
                .setReceivedAtMillis(row.getLong(7))
                .build();
    }
}
