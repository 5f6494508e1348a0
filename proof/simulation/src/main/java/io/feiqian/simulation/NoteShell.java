package io.feiqian.simulation;

import io.feiqian.messaging.Incoming;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.database.Statement.Row;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What consumers of messages write: one row for each time, with nothing that would hide a
 * repetition. Some messages are refused, whatever happens.
 */
final class NoteShell implements Shell<Incoming> {
    /** What a message says that nobody can consume. */
    static final String REFUSED = "refused";

    /** A consumption, told apart from every other. */
    private record Id(long sequence, int number) {}

    private final Moment moment;
    private final List<Incoming> written = new ArrayList<>();

    NoteShell(Moment moment) {
        this.moment = moment;
    }

    @Override
    public void add(Incoming command) {}

    @Override
    public List<Statement> locks() {
        return List.of();
    }

    @Override
    public List<Statement> reads() {
        return List.of();
    }

    @Override
    public Statement look() {
        return new Statement.Read(Tables.NOTE, List.of());
    }

    @Override
    public void load(Map<?, ?> rows) {}

    @Override
    public Check check(Incoming command) {
        return Check.FRESH;
    }

    @Override
    public Answer apply(Incoming command, Answer soFar) {
        if (command.payload().text().equals(REFUSED)) {
            return Answer.refused(OutcomeCode.ACCOUNT_CLOSED, "note: nobody wants it");
        }
        written.add(command);
        return soFar;
    }

    @Override
    public List<Statement> writes() {
        List<Row> rows = new ArrayList<>();
        for (Incoming each : written) {
            rows.add(new Row(new Id(moment.sequence(), rows.size()), each));
        }
        return Shells.writes(Tables.NOTE, rows, List.of());
    }
}
