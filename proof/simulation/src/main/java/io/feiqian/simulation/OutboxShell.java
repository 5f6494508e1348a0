package io.feiqian.simulation;

import io.feiqian.messaging.MessageKey;
import io.feiqian.messaging.MessageState;
import io.feiqian.messaging.OutboxBook;
import io.feiqian.messaging.OutboxBook.Finished;
import io.feiqian.messaging.OutboxBook.Identity;
import io.feiqian.messaging.OutboxCommand;
import io.feiqian.messaging.OutboxCommand.Sent;
import io.feiqian.messaging.OutboxKey;
import io.feiqian.messaging.OutboxRow;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.database.Statement.Row;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Contribution.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The outbox in a simulated transaction: the real {@link OutboxBook} over modelled tables. A
 * message is a row under its identity, and the rows that deliver it are found by scanning; the
 * model needs no second index. Broken here: outbox-horizon, by taking numbers without the key's
 * lock.
 */
final class OutboxShell implements Shell<OutboxCommand> {
    private final Rules rules;
    private final OutboxBook book;
    private final TreeSet<MessageKey> keys = new TreeSet<>();
    private final List<Identity> identities = new ArrayList<>();

    OutboxShell(Moment moment, Rules rules) {
        this.rules = rules;
        this.book = new OutboxBook(moment);
    }

    @Override
    public void add(OutboxCommand command) {
        keys.add(command.key());
        if (command instanceof OutboxCommand.Send send) {
            identities.add(new Identity(send.message().trace(), send.message().sub()));
        }
    }

    @Override
    public List<Statement> locks() {
        if (keys.isEmpty()) {
            return List.of();
        }
        List<MessageKey> ids = List.copyOf(keys);
        return List.of(
                rules.lack(Rule.OUTBOX_HORIZON)
                        ? new Statement.Read(Tables.OUTBOX_KEY, ids)
                        : new Statement.ReadForUpdate(Tables.OUTBOX_KEY, ids));
    }

    @Override
    public List<Statement> reads() {
        return identities.isEmpty()
                ? List.of()
                : List.of(new Statement.Read(Tables.OUTBOX, List.copyOf(identities)));
    }

    @Override
    public Statement look() {
        return new Statement.Read(Tables.OUTBOX, List.copyOf(identities));
    }

    @Override
    public void load(Map<?, ?> rows) {
        for (Object each : rows.values()) {
            switch (each) {
                case OutboxKey key -> book.load(key);
                case OutboxRow row ->
                        book.load(
                                new OutboxBook.Known(
                                        new Identity(row.trace(), row.sub()),
                                        row.digest(),
                                        new Sent(row.key(), row.position())));
                default -> throw new IllegalStateException("row: " + each);
            }
        }
    }

    @Override
    public Check check(OutboxCommand command) {
        return book.check(command);
    }

    @Override
    public Answer apply(OutboxCommand command, Answer soFar) {
        return book.apply(command, soFar);
    }

    /** Which messages are finished shows in their key's row; the model needs no mark on each. */
    @Override
    public List<Statement> writes() {
        OutboxBook.Changes changes = book.changes();
        List<Row> inserted = new ArrayList<>();
        List<Row> updated = new ArrayList<>();
        changes.inserted().forEach(each -> inserted.add(new Row(each.key(), each)));
        changes.updated().forEach(each -> updated.add(new Row(each.key(), each)));
        List<Statement> writes =
                new ArrayList<>(Shells.writes(Tables.OUTBOX_KEY, inserted, updated));
        List<Row> sent = new ArrayList<>();
        for (OutboxRow each : changes.sent()) {
            sent.add(new Row(new Identity(each.trace(), each.sub()), each));
        }
        writes.addAll(Shells.writes(Tables.OUTBOX, sent, List.of()));
        List<Row> skipped = new ArrayList<>();
        for (Finished each : changes.finished()) {
            if (each.state() == MessageState.SKIPPED) {
                skipped.add(new Row(each, each));
            }
        }
        writes.addAll(Shells.writes(Tables.SKIPPED, skipped, List.of()));
        return writes;
    }
}
