package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(
        value = Databases.class,
        names = {"POSTGRESQL", "MARIADB"})
final class AnnotatedActionsTest {
    private final Databases databases;

    AnnotatedActionsTest(Databases databases) {
        this.databases = databases;
    }

    private static final long PAYEE = 2;

    /** As a user would write it. */
    static final class Accounts {
        @Tcc(value = "credit", confirm = "confirmCredit", cancel = "cancelCredit")
        public Content announceCredit(Connection connection, BranchCall call) throws SQLException {
            return AccountActions.change(connection, PAYEE, 1);
        }

        public void confirmCredit(Connection connection, BranchCall call) throws SQLException {
            AccountActions.change(connection, PAYEE, 9);
        }

        public void cancelCredit(Connection connection, BranchCall call) throws SQLException {
            AccountActions.change(connection, PAYEE, -1);
        }

        @Reversible(value = "gift", by = "takeBack")
        public void give(Connection connection, BranchCall call) throws SQLException {
            AccountActions.change(connection, PAYEE, 100);
        }

        public void takeBack(Connection connection, BranchCall call) throws SQLException {
            AccountActions.change(connection, PAYEE, -100);
        }

        @OnMessage("points")
        public void points(Connection connection, BranchCall message) throws SQLException {
            AccountActions.change(connection, PAYEE, 1_000);
        }
    }

    static final class NamesNothing {
        @Tcc(value = "credit", confirm = "confirm", cancel = "cancel")
        public void attempt(Connection connection, BranchCall call) {}

        public void confirm(Connection connection, BranchCall call) {}
    }

    static final class OtherForm {
        @OnMessage("credit")
        public int take(Connection connection) {
            return 0;
        }
    }

    @Test
    void annotatedMethodsAreActions() throws SQLException {
        try (TwoServices two = TwoServices.open(databases)) {
            GlobalTransactions payments = two.payments();
            GlobalTransactions accounts =
                    two.accounts(ServiceActions.none().withAnnotated(new Accounts()));

            TransactionAnswer done =
                    payments.execute(
                            two.order("all three").settled(),
                            scope -> {
                                scope.call(
                                        "accounts",
                                        Content.EMPTY,
                                        context ->
                                                accounts.branches()
                                                        .tcc(context, "credit", Content.EMPTY));
                                scope.call(
                                        "accounts",
                                        Content.EMPTY,
                                        context ->
                                                accounts.branches()
                                                        .reversible(
                                                                context, "gift", Content.EMPTY));
                                scope.message("accounts", "points", Content.EMPTY);
                            });
            TransactionAnswer refused =
                    payments.execute(
                            two.order("reversed"),
                            scope -> {
                                scope.call(
                                        "accounts",
                                        Content.EMPTY,
                                        context ->
                                                accounts.branches()
                                                        .reversible(
                                                                context, "gift", Content.EMPTY));
                                scope.own(
                                        connection -> AccountActions.change(connection, 1, -5_000));
                            });

            two.settle(payments, accounts);
            assertThat(done.isAccepted()).isTrue();
            assertThat(refused.isAccepted()).isFalse();
            assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_000 + 1_110);
        }
    }

    @Test
    void whatIsWrongIsSaidAtTheStart() {
        ServiceActions none = ServiceActions.none();
        assertThatThrownBy(() -> none.withAnnotated(new NamesNothing()))
                .hasMessageContaining("NamesNothing.cancel (expected: one with");
        assertThatThrownBy(() -> none.withAnnotated(new OtherForm()))
                .hasMessageContaining("expected: void or Content");
        assertThatThrownBy(() -> none.withAnnotated("a text"))
                .hasMessageContaining("actions: none in java.lang.String");
    }
}
