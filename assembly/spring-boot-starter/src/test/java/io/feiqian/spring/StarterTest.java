package io.feiqian.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.BranchCall;
import io.feiqian.participant.Content;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.Idempotent;
import io.feiqian.participant.Tcc;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A service without a web server: its beans, and Spring's JDBC inside the library's commits. */
@Timeout(120)
final class StarterTest {
    private static final ApplicationContextRunner BARE =
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    DataSourceAutoConfiguration.class,
                                    DataSourceTransactionManagerAutoConfiguration.class,
                                    TransactionAutoConfiguration.class,
                                    JdbcTemplateAutoConfiguration.class,
                                    JdbcClientAutoConfiguration.class,
                                    FeiqianAutoConfiguration.class));

    private ApplicationContextRunner service = BARE;

    /** As a user would write it. */
    static class Accounts {
        private final JdbcClient jdbc;
        private final Rows rows;
        private final GlobalTransactions itself;

        Accounts(JdbcClient jdbc, Rows rows, GlobalTransactions itself) {
            this.jdbc = jdbc;
            this.rows = rows;
            this.itself = itself;
        }

        @Tcc(value = "credit", confirm = "confirm", cancel = "cancel")
        public Content attempt(Connection connection, BranchCall call) {
            jdbc.sql("update account set held = held + 10 where id = 1").update();
            rows.add("tried " + call.content().text() + " at " + itself.service());
            if (call.content().text().equals("refuse")) {
                throw new RefusedException(OutcomeCode.ACCOUNT_FROZEN, "frozen");
            }
            return Content.ofText("held");
        }

        public void confirm(Connection connection, BranchCall call) {
            jdbc.sql("update account set held = held - 10, balance = balance + 10 where id = 1")
                    .update();
        }

        public void cancel(Connection connection, BranchCall call) {
            jdbc.sql("update account set held = held - 10 where id = 1").update();
        }

        @Idempotent("credit-once")
        public long creditOnce(TraceNumber trace, long amount) {
            rows.add("credited " + amount);
            jdbc.sql("update account set balance = balance + ? where id = 1")
                    .param(amount)
                    .update();
            if (amount == 13) {
                rows.add("credited 13");
            }
            return jdbc.sql("select balance from account where id = 1").query(Long.class).single();
        }
    }

    static class Rows {
        private final JdbcClient jdbc;

        Rows(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public void add(String text) {
            jdbc.sql("insert into note values (?)").param(text).update();
            if (text.isEmpty()) {
                throw new IllegalArgumentException("text: empty");
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {
        @Bean
        Accounts accounts(JdbcClient jdbc, Rows rows, GlobalTransactions itself) {
            return new Accounts(jdbc, rows, itself);
        }

        @Bean
        Rows rows(JdbcClient jdbc) {
            return new Rows(jdbc);
        }
    }

    @BeforeEach
    void database() throws SQLException {
        service =
                BARE.withUserConfiguration(Beans.class)
                        .withPropertyValues(
                                Database.with(
                                                "create table account (id bigint primary key,"
                                                        + " balance bigint not null,"
                                                        + " held bigint not null default 0);"
                                                        + "insert into account values (1, 100);"
                                                        + "create table note (text text"
                                                        + " primary key)")
                                        .properties());
    }

    private static TransactionAnswer credit(
            ApplicationContext context, String content, SpringWork.Body<SQLException> own) {
        GlobalTransactions transactions = context.getBean(GlobalTransactions.class);
        try {
            return transactions.execute(
                    Database.order(content),
                    scope -> {
                        scope.call(
                                "accounts",
                                Content.ofText(content),
                                branch ->
                                        transactions
                                                .branches()
                                                .tcc(branch, "credit", Content.ofText(content)));
                        scope.own(context.getBean(SpringWork.class).of(own));
                    });
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    private static JdbcClient jdbc(ApplicationContext context) {
        return context.getBean(JdbcClient.class);
    }

    private static String row(ApplicationContext context) {
        return jdbc(context)
                .sql("select balance || ' ' || held from account")
                .query(String.class)
                .single();
    }

    private static List<String> notes(ApplicationContext context) {
        return jdbc(context)
                .sql("select text from note order by text")
                .query(String.class)
                .list()
                .stream()
                .map(String::valueOf)
                .toList();
    }

    @Test
    void markedBeansAreFoundAndSpringsJdbcWorksInTheirBranches() {
        service.run(context -> {
            TransactionAnswer done = credit(context, "do", () -> Content.ofText("own"));

            assertThat(done.isAccepted()).isTrue();
            assertThat(done.settled()).isTrue();
            assertThat(row(context)).isEqualTo("110 0");
            assertThat(notes(context)).containsExactly("tried do at accounts");
        });
    }

    @Test
    void whatSpringsJdbcDidInARefusedBranchIsGone() {
        service.run(context -> {
            TransactionAnswer refused = credit(context, "refuse", () -> Content.EMPTY);

            assertThat(refused.outcome().code()).isEqualTo(OutcomeCode.ACCOUNT_FROZEN);
            assertThat(row(context)).isEqualTo("100 0");
            assertThat(notes(context)).isEmpty();
        });
    }

    @Test
    void theOwnSharesJdbcRidesWithTheDecisionOrIsGone() {
        service.run(context -> {
            Rows rows = context.getBean(Rows.class);
            TransactionAnswer done =
                    credit(
                            context,
                            "do",
                            () -> {
                                rows.add("own");
                                return Content.EMPTY;
                            });
            assertThatThrownBy(() ->
                            credit(
                                    context,
                                    "again",
                                    () -> {
                                        jdbc(context).sql("insert into note values ('x')").update();
                                        throw new IllegalStateException("the own share's");
                                    }))
                    .hasMessage("the own share's");

            assertThat(done.isAccepted()).isTrue();
            assertThat(notes(context))
                    .containsExactly("own", "tried again at accounts", "tried do at accounts");
        });
    }

    @Test
    void whatATransactionalMethodMarkedToBeRolledBackIsNotCommitted() {
        service.run(context -> {
            Rows rows = context.getBean(Rows.class);
            assertThatThrownBy(() ->
                            credit(
                                    context,
                                    "do",
                                    () -> {
                                        try {
                                            rows.add("");
                                        } catch (IllegalArgumentException caught) {
                                            return Content.EMPTY;
                                        }
                                        return Content.EMPTY;
                                    }))
                    .hasMessageContaining("marked to be rolled back");
            assertThat(notes(context)).doesNotContain("");
        });
    }

    @Test
    void workInsideAnOpenTransactionOfSpringsIsRefused() {
        service.run(context -> {
            TransactionTemplate open = context.getBean(TransactionTemplate.class);
            assertThatThrownBy(() ->
                            open.executeWithoutResult(status ->
                                    context.getBean(Accounts.class)
                                            .creditOnce(Database.trace(), 5)))
                    .hasMessageContaining("one of Spring's is open");
            assertThat(row(context)).isEqualTo("100 0");
        });
    }

    @Test
    void callbacksAfterACommitAreNotToldOfOneThatMayStillFail() {
        service.run(context -> {
            List<String> heard = new ArrayList<>();
            TransactionAnswer done =
                    credit(
                            context,
                            "do",
                            () -> {
                                TransactionSynchronizationManager.registerSynchronization(
                                        new TransactionSynchronization() {
                                            @Override
                                            public void beforeCommit(boolean readOnly) {
                                                heard.add("before");
                                            }

                                            @Override
                                            public void afterCommit() {
                                                heard.add("after");
                                            }

                                            @Override
                                            public void afterCompletion(int status) {
                                                heard.add("status " + status);
                                            }
                                        });
                                return Content.EMPTY;
                            });
            assertThat(done.isAccepted()).isTrue();
            assertThat(heard)
                    .containsExactly(
                            "before", "status " + TransactionSynchronization.STATUS_UNKNOWN);
        });
    }

    @Test
    @Requirement({"D7.3-a", "M6.5-2"})
    void aBeansMarkedMethodIsAnsweredOnce() {
        service.run(context -> {
            Accounts accounts = context.getBean(Accounts.class);
            TraceNumber trace = Database.trace();

            assertThat(accounts.creditOnce(trace, 5)).isEqualTo(105);
            assertThat(accounts.creditOnce(trace, 5)).isEqualTo(105);
            assertThatThrownBy(() -> accounts.creditOnce(trace, 6))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("other content");
            assertThatThrownBy(() -> accounts.creditOnce(Database.trace(), 13))
                    .isInstanceOf(DuplicateKeyException.class);
            assertThat(row(context)).isEqualTo("105 0");
            assertThat(notes(context)).containsExactly("credited 5");
        });
    }

    @Test
    void ordinarySqlIsUndoneWhereSqlModeIsOn() {
        service.withPropertyValues(
                        "feiqian.sql-mode.enabled=true", "feiqian.sql-mode.tables=account")
                .run(context -> {
                    GlobalTransactions transactions = context.getBean(GlobalTransactions.class);
                    SpringWork work = context.getBean(SpringWork.class);
                    TransactionAnswer refused =
                            transactions.execute(
                                    Database.order("sql"),
                                    scope -> {
                                        scope.call(
                                                "accounts",
                                                Content.ofText("sql"),
                                                branch ->
                                                        transactions
                                                                .branches()
                                                                .sql(
                                                                        branch,
                                                                        work.of(() ->
                                                                                debit(context))));
                                        assertThat(row(context)).isEqualTo("70 0");
                                        throw new RefusedException(
                                                OutcomeCode.ACCOUNT_FROZEN, "frozen");
                                    });
                    assertThat(refused.outcome().code()).isEqualTo(OutcomeCode.ACCOUNT_FROZEN);
                    Deadline soon = Deadline.after(Duration.ofSeconds(30), Clock.system());
                    while (!row(context).equals("100 0") && !soon.isExpired()) {
                        transactions.recoverNow();
                    }
                    assertThat(row(context)).isEqualTo("100 0");
                });
    }

    private static Content debit(ApplicationContext context) {
        jdbc(context).sql("update account set balance = balance - 30 where id = 1").update();
        return Content.EMPTY;
    }

    @Test
    void theServiceCanBeWithoutAnyOfIt() {
        BARE.withPropertyValues(Database.empty().properties())
                .withPropertyValues("feiqian.enabled=false")
                .run(context ->
                        assertThat(context)
                                .hasNotFailed()
                                .doesNotHaveBean(GlobalTransactions.class));
    }
}
