package io.feiqian.bank;

import io.feiqian.bank.contract.ChangeMessageRequest;
import io.feiqian.bank.contract.ChangeMessageResponse;
import io.feiqian.bank.contract.FindMessagesRequest;
import io.feiqian.bank.contract.FindMessagesResponse;
import io.feiqian.bank.contract.ListMessageKeysRequest;
import io.feiqian.bank.contract.ListMessageKeysResponse;
import io.feiqian.bank.contract.MessageAdminGrpc;
import io.feiqian.bank.contract.MessageKeyRecord;
import io.feiqian.bank.contract.MessageMarkRecord;
import io.feiqian.bank.contract.MessageRecord;
import io.feiqian.bank.contract.ReplayMessagesRequest;
import io.feiqian.messaging.CellMessages;
import io.feiqian.messaging.InboxMark;
import io.feiqian.messaging.MessageKey;
import io.feiqian.messaging.MessageQueries;
import io.feiqian.messaging.MessageQueries.Unfinished;
import io.feiqian.messaging.OutboxKey;
import io.feiqian.messaging.OutboxRow;
import io.feiqian.rpc.CurrentCall;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.ChangeOrder;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Part;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import io.grpc.stub.StreamObserver;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * What a cell's operators see and do about messages (P6.4.3-b): keys that wait, messages by key and
 * position, by time and by transaction; retry, skip and rewind, each audited in its own commit.
 * Handlers block: to be served on virtual threads, to those who show the admin token. Thread-safe.
 */
final class MessageDesk extends MessageAdminGrpc.MessageAdminImplBase {
    private static final int USUAL_LIMIT = 50;
    private static final int MOST = 1_000;

    private final CellDatabase database;
    private final CellParts parts;
    private final CellMessages messages;
    private final Contribution<AuditEntry> changes;
    private final Replies replies;

    MessageDesk(
            CellDatabase database,
            CellParts parts,
            CellMessages messages,
            Contribution<AuditEntry> changes,
            Replies replies) {
        this.database = database;
        this.parts = parts;
        this.messages = messages;
        this.changes = changes;
        this.replies = replies;
    }

    @Override
    public void listMessageKeys(
            ListMessageKeysRequest request, StreamObserver<ListMessageKeysResponse> observer) {
        reply(
                observer,
                connection -> list(request, connection),
                refusal -> ListMessageKeysResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void findMessages(
            FindMessagesRequest request, StreamObserver<FindMessagesResponse> observer) {
        reply(
                observer,
                connection -> find(request, connection),
                refusal -> FindMessagesResponse.newBuilder().setOutcome(refusal).build());
    }

    @Override
    public void retryMessage(
            ChangeMessageRequest request, StreamObserver<ChangeMessageResponse> observer) {
        change(
                observer,
                () -> {
                    MessageKey key = MessageKey.parse(request.getKey());
                    long position = request.getPosition();
                    return messages.retry(key, position, audit("message.retry", key, position))
                            .join();
                });
    }

    @Override
    public void skipMessage(
            ChangeMessageRequest request, StreamObserver<ChangeMessageResponse> observer) {
        change(
                observer,
                () -> {
                    MessageKey key = MessageKey.parse(request.getKey());
                    long position = request.getPosition();
                    return messages.skip(key, position, audit("message.skip", key, position))
                            .join();
                });
    }

    @Override
    public void replayMessages(
            ReplayMessagesRequest request, StreamObserver<ChangeMessageResponse> observer) {
        change(observer, () -> replay(request));
    }

    private ListMessageKeysResponse list(ListMessageKeysRequest request, Connection connection)
            throws SQLException {
        int limit = limit(request.getLimit());
        String state = request.getState().toUpperCase(Locale.ROOT);
        Unfinished counts = MessageQueries.unfinished(connection);
        ListMessageKeysResponse.Builder response =
                ListMessageKeysResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(parts.cell().toString())
                        .setWaiting(counts.waiting())
                        .setDead(counts.dead());
        List<OutboxKey> found;
        if (!request.getName().isEmpty()) {
            found = MessageQueries.named(connection, request.getName(), limit);
            MessageQueries.marks(connection, request.getName(), limit)
                    .forEach(each -> response.addMarks(record(each)));
        } else {
            found =
                    switch (state) {
                        case "", "WAITING" -> MessageQueries.waiting(connection, limit);
                        case "DEAD" -> MessageQueries.stopped(connection, limit);
                        default ->
                                throw malformed("state: " + state + " (expected: WAITING or DEAD)");
                    };
        }
        found.forEach(each -> response.addKeys(record(each)));
        return response.build();
    }

    private FindMessagesResponse find(FindMessagesRequest request, Connection connection)
            throws SQLException {
        int limit = limit(request.getLimit());
        List<OutboxRow> found;
        if (!request.getKey().isEmpty()) {
            long from = Math.max(1, request.getFromPosition());
            found =
                    MessageQueries.messages(
                            connection, MessageKey.parse(request.getKey()), from, from + limit - 1);
        } else if (!request.getTraceNumber().isEmpty()) {
            found = MessageQueries.of(connection, TraceNumber.parse(request.getTraceNumber()));
        } else {
            found =
                    MessageQueries.sentBetween(
                            connection,
                            request.getFromMillis(),
                            request.getToMillis() == 0 ? Long.MAX_VALUE : request.getToMillis(),
                            request.getTopic(),
                            limit);
        }
        FindMessagesResponse.Builder response =
                FindMessagesResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(parts.cell().toString());
        found.forEach(each -> response.addMessages(record(each)));
        return response.build();
    }

    private Answer replay(ReplayMessagesRequest request) throws SQLException {
        MessageKey key = MessageKey.parse(request.getKey());
        long from = request.getFromPosition();
        long to = request.getToPosition();
        if (from < 1 || to < from || to - from >= MOST) {
            throw malformed(
                    "positions: %d to %d (expected: from 1 up, at most %d)"
                            .formatted(from, to, MOST));
        }
        List<OutboxRow> rows;
        try (Connection connection = database.pool().getConnection()) {
            rows = MessageQueries.messages(connection, key, from, to);
        }
        if (key.replay() != 0
                || rows.size() != to - from + 1
                || rows.stream().anyMatch(each -> each.finishedAt() == 0)) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_MESSAGE,
                    "messages: %d of %d to %d of %s (expected: all, finished and not cleaned)"
                            .formatted(rows.size(), from, to, key));
        }
        return messages.replay(key, rows, audit("message.replay", key, from)).join();
    }

    private Part<AuditEntry> audit(String action, MessageKey key, long position) {
        Caller caller = Caller.of(CurrentCall.context());
        return new Part<>(
                changes,
                new AuditEntry(
                        ChangeOrder.of(caller.operator(), caller.reason()),
                        action,
                        key.toString(),
                        Map.of("position", Long.toString(position))));
    }

    private MessageKeyRecord record(OutboxKey row) {
        return MessageKeyRecord.newBuilder()
                .setCell(parts.cell().toString())
                .setKey(row.key().toString())
                .setConsumer(
                        parts.routes()
                                .current()
                                .find(row.key().consumer())
                                .map(route -> route.owner().toString())
                                .orElse(""))
                .setSent(row.last())
                .setFinished(row.done())
                .setState(row.state().name())
                .setAttempts(row.attempts())
                .setSaid(replies.of(row.said()))
                .setDueAtMillis(row.dueAt())
                .build();
    }

    private MessageMarkRecord record(InboxMark row) {
        return MessageMarkRecord.newBuilder()
                .setCell(parts.cell().toString())
                .setKey(row.key().toString())
                .setMark(row.mark())
                .setSkipped(row.skipped())
                .setTakenAtMillis(row.takenAt())
                .build();
    }

    private MessageRecord record(OutboxRow row) {
        return MessageRecord.newBuilder()
                .setCell(parts.cell().toString())
                .setKey(row.key().toString())
                .setPosition(row.position())
                .setState(row.state().name())
                .setTraceNumber(row.trace().toString())
                .setSubNumber(row.sub().number())
                .setBytes(row.payload().size())
                .setDueAtMillis(row.dueAt())
                .setSentAtMillis(row.createdAt())
                .setFinishedAtMillis(row.finishedAt())
                .setOriginal(row.original())
                .build();
    }

    private interface Reading<R> {
        R read(Connection connection) throws SQLException;
    }

    private interface Changing {
        Answer run() throws SQLException;
    }

    private <R> void reply(
            StreamObserver<R> observer, Reading<R> reading, Function<Outcome, R> refusal) {
        R response;
        try (Connection connection = database.pool().getConnection()) {
            response = reading.read(connection);
        } catch (SQLException | RuntimeException fault) {
            response = refusal.apply(replies.of(fault));
        }
        observer.onNext(response);
        observer.onCompleted();
    }

    private void change(StreamObserver<ChangeMessageResponse> observer, Changing changing) {
        ChangeMessageResponse.Builder response = ChangeMessageResponse.newBuilder();
        try {
            Answer answer = changing.run();
            response.setOutcome(replies.of(answer));
            answer.value(OutboxKey.class).ifPresent(row -> response.setKey(record(row)));
        } catch (SQLException | RuntimeException fault) {
            response.setOutcome(replies.of(fault));
        }
        observer.onNext(response.build());
        observer.onCompleted();
    }

    private static int limit(int asked) {
        int limit = asked == 0 ? USUAL_LIMIT : asked;
        if (limit < 1 || limit > MOST) {
            throw malformed("limit: " + limit + " (expected: 1 to " + MOST + ")");
        }
        return limit;
    }

    private static RefusedException malformed(String message) {
        return new RefusedException(OutcomeCode.MALFORMED_REQUEST, message);
    }
}
