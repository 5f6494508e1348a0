package io.feiqian.demonstration;

import io.feiqian.participant.BranchCall;
import io.feiqian.participant.Content;
import io.feiqian.participant.spi.MessageAction;
import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.participant.spi.TccAction;
import java.sql.Connection;
import java.sql.SQLException;

/** What a payee's service does for one credit, once for each kind of branch. */
final class Credit {
    static final String NAME = "credit";

    private Credit() {}

    static Content content(long account, long amount) {
        return Content.ofText(account + ":" + amount);
    }

    static Content post(Connection connection, Content content, int sign) throws SQLException {
        String[] order = content.text().split(":", 2);
        Bank.add(connection, Long.parseLong(order[0]), sign * Long.parseLong(order[1]));
        return Content.EMPTY;
    }

    private static void announce(Connection connection, Content content, int sign)
            throws SQLException {
        String[] order = content.text().split(":", 2);
        Bank.announce(connection, Long.parseLong(order[0]), sign * Long.parseLong(order[1]));
    }

    static final class Reserved implements TccAction {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Content attempt(Connection connection, BranchCall call) throws SQLException {
            announce(connection, call.content(), 1);
            return Content.EMPTY;
        }

        @Override
        public void confirm(Connection connection, BranchCall call) throws SQLException {
            announce(connection, call.content(), -1);
            var _ = post(connection, call.content(), 1);
        }

        @Override
        public void cancel(Connection connection, BranchCall call) throws SQLException {
            announce(connection, call.content(), -1);
        }
    }

    static final class AtOnce implements ReversibleAction {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Content forward(Connection connection, BranchCall call) throws SQLException {
            return post(connection, call.content(), 1);
        }

        @Override
        public void reverse(Connection connection, BranchCall call) throws SQLException {
            var _ = post(connection, call.content(), -1);
        }
    }

    static final class ByMessage implements MessageAction {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public void take(Connection connection, BranchCall message) throws SQLException {
            var _ = post(connection, message.content(), 1);
        }
    }
}
