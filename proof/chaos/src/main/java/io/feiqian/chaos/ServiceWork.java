package io.feiqian.chaos;

import io.feiqian.participant.BranchCall;
import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.participant.ServiceActions;
import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.participant.spi.ReversibleMessageAction;
import io.feiqian.participant.spi.TccAction;
import java.sql.Connection;
import java.sql.SQLException;

/** What a service can do in a global transaction, once for each kind of branch. */
final class ServiceWork {
    /** The one name of every action. */
    static final String NAME = "move";

    private ServiceWork() {}

    /** All that needs no more than the accounts. */
    static ServiceActions actions() {
        return ServiceActions.none().with(new Reserved()).with(new AtOnce()).with(new Taken());
    }

    /** How the journal names a branch. */
    static String part(BranchKey key) {
        return key.attempt() + "/" + key.branch();
    }

    private static String trace(BranchCall call) {
        return call.key().trace().toString();
    }

    private static Leg leg(BranchCall call, Leg.How how) {
        return Leg.of("", how, call.content().text());
    }

    private static final class Reserved implements TccAction {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Content attempt(Connection connection, BranchCall call) throws SQLException {
            ServiceAccounts.reserve(connection, leg(call, Leg.How.TCC));
            return Content.EMPTY;
        }

        @Override
        public void confirm(Connection connection, BranchCall call) throws SQLException {
            ServiceAccounts.post(connection, trace(call), part(call.key()), leg(call, Leg.How.TCC));
        }

        @Override
        public void cancel(Connection connection, BranchCall call) throws SQLException {
            ServiceAccounts.release(connection, leg(call, Leg.How.TCC));
        }
    }

    private static final class AtOnce implements ReversibleAction {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Content forward(Connection connection, BranchCall call) throws SQLException {
            ServiceAccounts.move(
                    connection, trace(call), part(call.key()), leg(call, Leg.How.REVERSAL));
            return Content.EMPTY;
        }

        @Override
        public void reverse(Connection connection, BranchCall call) throws SQLException {
            ServiceAccounts.takeBack(
                    connection, trace(call), part(call.key()), leg(call, Leg.How.REVERSAL));
        }
    }

    private static final class Taken implements ReversibleMessageAction {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public void take(Connection connection, BranchCall message) throws SQLException {
            ServiceAccounts.take(
                    connection, trace(message), part(message.key()), leg(message, Leg.How.MESSAGE));
        }

        @Override
        public void reverse(Connection connection, BranchCall message) throws SQLException {
            ServiceAccounts.takeBack(
                    connection, trace(message), part(message.key()), leg(message, Leg.How.MESSAGE));
        }
    }
}
