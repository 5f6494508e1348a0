package io.feiqian.simulation;

import io.feiqian.participant.Standing;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.database.Statement.Row;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.transaction.Decision;
import io.feiqian.transaction.DecisionBook;
import io.feiqian.transaction.DecisionCommand;
import io.feiqian.transaction.DecisionState;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Decisions in a simulated transaction: the real {@link DecisionBook} over a modelled table. */
final class DecisionShell implements Shell<DecisionCommand> {
    private final DecisionBook book;
    private final Rules rules;
    private final TreeSet<TraceNumber> traces = new TreeSet<>();

    DecisionShell(Moment moment, Rules rules) {
        this.book = new DecisionBook(moment);
        this.rules = rules;
    }

    @Override
    public void add(DecisionCommand command) {
        if (!book.presumesNew(command)) {
            traces.addAll(command.traces());
        }
    }

    @Override
    public List<Statement> locks() {
        return traces.isEmpty()
                ? List.of()
                : List.of(new Statement.ReadForUpdate(Tables.DECISION, List.copyOf(traces)));
    }

    /** Nothing: a row that was not locked could change before it is written. */
    @Override
    public List<Statement> reads() {
        return List.of();
    }

    @Override
    public Statement look() {
        return new Statement.Read(Tables.DECISION, List.copyOf(traces));
    }

    @Override
    public void load(Map<?, ?> rows) {
        rows.values().forEach(row -> book.load((Decision) row));
    }

    @Override
    public Check check(DecisionCommand command) {
        if (command instanceof DecisionCommand.Inquire inquire) {
            return inquired(inquire, book.check(inquire));
        }
        return book.check(command);
    }

    /** What an inquiry is answered where one of the rules about that does not hold. */
    private Check inquired(DecisionCommand.Inquire inquire, Check checked) {
        boolean committed =
                book.find(inquire.key().trace())
                        .filter(row -> row.state() == DecisionState.COMMITTED)
                        .isPresent();
        if (rules.lack(Rule.BRANCH_LIST) && committed) {
            return new Check.Ended(Answer.accepted(Standing.COMMITTED));
        }
        if (rules.lack(Rule.HOME_SLOT) && checked instanceof Check.Fresh) {
            return new Check.Ended(Answer.accepted(Standing.ABORTED));
        }
        return checked;
    }

    @Override
    public Answer apply(DecisionCommand command, Answer soFar) {
        return book.apply(command, soFar);
    }

    @Override
    public List<Statement> writes() {
        List<Row> inserted = new ArrayList<>();
        List<Row> updated = new ArrayList<>();
        for (DecisionBook.Change each : book.changes()) {
            Decision row = each.row();
            (each.inserted() ? inserted : updated).add(new Row(row.trace(), row));
        }
        return Shells.writes(Tables.DECISION, inserted, updated);
    }
}
