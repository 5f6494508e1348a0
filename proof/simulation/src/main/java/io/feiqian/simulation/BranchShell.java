package io.feiqian.simulation;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.database.Statement.Row;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.transaction.Branch;
import io.feiqian.transaction.BranchBook;
import io.feiqian.transaction.BranchCommand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Branches in a simulated transaction: the real {@link BranchBook} over a modelled table. */
final class BranchShell implements Shell<BranchCommand> {
    private final BranchBook book;
    private final TreeSet<BranchKey> keys = new TreeSet<>();
    private final Set<BranchKey> presumedTried = new HashSet<>();

    BranchShell(Moment moment) {
        this.book = new BranchBook(moment);
    }

    @Override
    public void add(BranchCommand command) {
        if (!book.presumesNew(command)) {
            keys.add(command.proposed().key());
            if (book.presumesTried(command)) {
                presumedTried.add(command.proposed().key());
            }
        }
    }

    @Override
    public List<Statement> locks() {
        return keys.isEmpty()
                ? List.of()
                : List.of(new Statement.ReadForUpdate(Tables.BRANCH, List.copyOf(keys)));
    }

    /** Nothing: a row that was not locked could change before it is written. */
    @Override
    public List<Statement> reads() {
        return List.of();
    }

    @Override
    public Statement look() {
        return new Statement.Read(Tables.BRANCH, List.copyOf(keys));
    }

    @Override
    public void load(Map<?, ?> rows) {
        for (Object each : rows.values()) {
            Branch row = (Branch) each;
            // The statement that ends what is tried does not see what is not.
            if (row.state() == BranchState.TRIED || !presumedTried.contains(row.key())) {
                book.load(row);
            }
        }
    }

    @Override
    public Check check(BranchCommand command) {
        return book.check(command);
    }

    @Override
    public Answer apply(BranchCommand command, Answer soFar) {
        return book.apply(command, soFar);
    }

    @Override
    public List<Statement> writes() {
        List<Row> inserted = new ArrayList<>();
        List<Row> updated = new ArrayList<>();
        for (BranchBook.Change each : book.changes()) {
            Branch row = each.row();
            (each.inserted() ? inserted : updated).add(new Row(row.key(), row));
        }
        return Shells.writes(Tables.BRANCH, inserted, updated);
    }
}
