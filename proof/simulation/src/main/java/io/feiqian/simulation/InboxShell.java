package io.feiqian.simulation;

import io.feiqian.messaging.InboxBook;
import io.feiqian.messaging.InboxCommand;
import io.feiqian.messaging.InboxMark;
import io.feiqian.messaging.MessageKey;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.database.Statement.Row;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Contribution.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The inbox in a simulated transaction: the real {@link InboxBook} over a modelled table. Broken
 * here: inbox-mark, by looking at no mark.
 */
final class InboxShell implements Shell<InboxCommand> {
    private final Rules rules;
    private final InboxBook book;
    private final TreeSet<MessageKey> keys = new TreeSet<>();

    InboxShell(Moment moment, Rules rules) {
        this.rules = rules;
        this.book = new InboxBook(moment);
    }

    @Override
    public void add(InboxCommand command) {
        keys.add(command.key());
    }

    @Override
    public List<Statement> locks() {
        return keys.isEmpty()
                ? List.of()
                : List.of(new Statement.ReadForUpdate(Tables.INBOX_MARK, List.copyOf(keys)));
    }

    @Override
    public List<Statement> reads() {
        return List.of();
    }

    /** Nothing that tells one message: to run it again is harmless. */
    @Override
    public Statement look() {
        return new Statement.Read(Tables.INBOX_MARK, List.of());
    }

    @Override
    public void load(Map<?, ?> rows) {
        rows.values().forEach(row -> book.load((InboxMark) row));
    }

    @Override
    public Check check(InboxCommand command) {
        return rules.lack(Rule.INBOX_MARK) ? Check.FRESH : book.check(command);
    }

    @Override
    public Answer apply(InboxCommand command, Answer soFar) {
        return book.apply(command, soFar);
    }

    @Override
    public List<Statement> writes() {
        List<Row> inserted = new ArrayList<>();
        List<Row> updated = new ArrayList<>();
        for (InboxBook.Change each : book.changes()) {
            (each.inserted() ? inserted : updated).add(new Row(each.row().key(), each.row()));
        }
        return Shells.writes(Tables.INBOX_MARK, inserted, updated);
    }
}
