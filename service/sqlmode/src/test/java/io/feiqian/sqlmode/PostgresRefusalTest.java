package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.TestDatabase.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.vocabulary.OutcomeCode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be undone is refused before it runs, with what to use instead. */
final class PostgresRefusalTest {
    private static TestDatabase database;

    @BeforeAll
    static void create() throws SQLException {
        database =
                TestDatabase.with(
                        Database.POSTGRESQL,
                        """
                        create table account (
                            id bigint primary key, owner text, balance numeric not null);
                        create table other (id bigint primary key, balance numeric);
                        create sequence numbers;
                        create function effect() returns int language plpgsql volatile as
                            'begin insert into other values (nextval(''numbers''), 1); return 1; end';
                        create function pure(x numeric) returns numeric language sql immutable as
                            'select x + 1';
                        insert into account values (1, 'Li', 100), (2, 'Wu', 50);
                        """,
                        "account");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update account set balance = 1 from other where account.id = other.id",
                "update account a join other o on a.id = o.id set balance = 1",
                "update account set balance = (select max(balance) from other) where id = 1",
                "update account set balance = balance + 1 where id in (select id from other)",
                "delete from account using other where account.id = other.id",
                "insert into account select * from other",
                "insert into account values ((select 1), 'x', 1)",
                "with gone as (delete from account returning *) select * from gone",
                "with new as (insert into account values (7, 'x', 1) returning *) select 1",
                "with x as (select 1) update account set balance = balance + 1",
                "update other set balance = balance + 1",
                "select * from other for update",
                "insert into other values (1, 1)",
                "insert into feiqian_lock values (1, 'x')",
                "merge into account using other on account.id = other.id when matched then delete",
                "truncate account",
                "create table more (id int)",
                "create index on account (owner)",
                "drop table account",
                "alter table account add column more int",
                "copy account from stdin",
                "call something()",
                "do $$ begin delete from account; end $$",
                "select 1; delete from account",
                "update account set balance = balance + 1 where id = 1; drop table account",
                "lock table account",
                "set feiqian.branch = ''",
                "reset all",
                "begin",
                "commit",
                "rollback",
                "savepoint x",
                "listen x",
                "vacuum account",
                "explain analyze delete from account",
                "prepare p as delete from account",
                "execute p",
                "select * into more from account",
                "select effect()",
                "select public.effect ()",
                "select \"effect\"()",
                "select * from effect()",
                "select * from account order by effect()",
                "select * from account where id = 1 limit effect()",
                "update account set balance = balance + effect() where id = 1",
                "update account set balance = balance + 1 returning effect()",
                "insert into account values (effect(), 'x', 1)",
                "select setval('numbers', 1)",
                "select set_config('feiqian.branch', '', true)",
                "select pg_advisory_lock(1)",
                "select pg_notify('a', 'b')",
                "select pg_sleep(10)",
                "select feiqian_confirm(array['x'])",
                "select $$'$$, effect(), $$'$$",
                "select U&'\\0041' from account",
                "select * from account a, other b for update",
                "select * from account join other using (id) for update",
                "select * from (select * from account for update) x",
                "select * from account for share",
                "select * from account for key share",
                "select owner, sum(balance) from account group by owner for update",
                "select distinct owner from account for update",
                "select * from account where id in (select id from other) for update",
                "select * from account order by 1 for update",
                "no sentence at all",
                ""
            })
    void itIsRefusedBeforeItRuns(String sql) throws SQLException {
        var before = database.content("account");
        database.branch(
                1,
                connection -> {
                    for (Attempt attempt :
                            new Attempt[] {
                                () -> execute(connection, sql),
                                () -> connection.prepareStatement(sql),
                                () -> batch(connection, sql)
                            }) {
                        assertThatThrownBy(attempt::run)
                                .isInstanceOf(SqlModeException.class)
                                .hasMessageContaining("expected: ")
                                .extracting(thrown -> ((SqlModeException) thrown).code())
                                .isEqualTo(OutcomeCode.SQL_NOT_UNDOABLE);
                    }
                    execute(connection, "select 'the transaction is still whole'");
                });
        assertThat(database.content("account")).isEqualTo(before);
        assertThat(database.content("other")).isEmpty();
        assertThat(database.left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select nextval('numbers'), currval('numbers'), gen_random_uuid(), random()",
                "select a.*, b.balance, count(*) over () from account a left join other b using"
                        + " (id) where a.id in (select id from account) order by 1",
                "with x as (select * from account) select pure(balance) from x union select 1",
                "select 'delete from account; effect()' as \"effect(\" -- effect()",
                "insert into account values (nextval('numbers') + 100, 'x', pure(1)) returning *",
                "insert into account (id, balance) values (51, default), (52, 2)"
                        + " on conflict do nothing",
                "update public.account as a set balance = a.balance * 2, owner = owner || 'x' where"
                        + " a.id = 1 returning a.balance",
                "update \"account\" set (balance, owner) = (balance - 1, owner || 'x') where id = 2",
                "select owner as o, balance from account a where balance > 1 order by o, a.id desc"
                        + " limit 1 offset 1 for no key update",
                "select sum(balance), 'it''s' from account where id = any (array[1, 2]) for update",
                "select id, owner from account order by 2, 1 fetch first 1 rows only for update"
                        + " skip locked",
                "select * from public.account where id = 1 for update nowait;"
            })
    void itIsTakenAndTakenBack(String sql) throws SQLException {
        database.run("alter table account alter column balance set default 0");
        database.run("select nextval('numbers')");
        var before = database.content("account");
        database.branch(2, sql);
        database.cancel(2);
        assertThat(database.content("account")).isEqualTo(before);
        assertThat(database.left()).isEmpty();
    }

    @Test
    void aTableThatChangedSinceItWasEnrolledIsRefusedUntilItIsEnrolledAgain() throws SQLException {
        try (TestDatabase own =
                TestDatabase.with(
                        Database.POSTGRESQL, "create table t (id int primary key, x int)", "t")) {
            own.run("alter table t add column y int");
            own.reload();
            assertThatThrownBy(() -> own.branch(1, "insert into t values (1, 1, 1)"))
                    .isInstanceOf(SqlModeException.class)
                    .hasMessageContaining("changed since it was enrolled");
            own.run("alter table t disable trigger feiqian_guard");
            own.enrol(java.util.Set.of(), "t");
            own.branch(1, "insert into t values (1, 1, 1)");
            own.cancel(1);
            assertThat(own.content("t")).isEmpty();
        }
    }

    @Test
    void aConnectionThatCommitsByItselfCarriesNoBranch() throws SQLException {
        try (Connection connection = database.open()) {
            connection.setAutoCommit(true);
            assertThatThrownBy(() ->
                            SqlCapture.over(
                                    connection,
                                    TestDatabase.key(1),
                                    TestDatabase.SETTINGS,
                                    database.catalog()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("autocommit: true (expected: false, in a branch)");
        }
    }

    @Test
    void proceduresAreRefused() throws SQLException {
        database.branch(
                1,
                connection ->
                        assertThatThrownBy(() -> connection.prepareCall("{call effect()}"))
                                .isInstanceOf(SqlModeException.class));
    }

    private static void batch(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.addBatch(sql);
            statement.executeBatch();
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.addBatch();
            statement.executeBatch();
        }
    }

    /** May fail. */
    @FunctionalInterface
    private interface Attempt {
        void run() throws SQLException;
    }
}
