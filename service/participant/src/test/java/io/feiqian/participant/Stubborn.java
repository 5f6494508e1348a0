package io.feiqian.participant;

import io.feiqian.participant.spi.TccAction;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;

/** Cannot confirm one transaction, whatever is tried. */
final class Stubborn implements TccAction {
    private final TraceNumber trace;

    Stubborn(TraceNumber trace) {
        this.trace = trace;
    }

    @Override
    public String name() {
        return "credit";
    }

    @Override
    public Content attempt(Connection connection, BranchCall call) {
        return Content.EMPTY;
    }

    @Override
    public void confirm(Connection connection, BranchCall call) throws SQLException {
        if (call.key().trace().equals(trace)) {
            throw new SQLException("the stubborn one");
        }
    }

    @Override
    public void cancel(Connection connection, BranchCall call) {}
}
