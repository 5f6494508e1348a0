package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.TestDatabase.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.vocabulary.OutcomeCode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be undone in MariaDB is refused before it runs, with what to use instead. */
final class MariaDbRefusalTest {
    private static TestDatabase database;

    @BeforeAll
    static void create() throws SQLException {
        database =
                TestDatabase.with(
                        Database.MARIADB,
                        """
                        create table account (
                            id bigint primary key, owner varchar(50), balance decimal(18, 2) not null);
                        create table other (id bigint primary key, balance decimal(18, 2));
                        create sequence numbers;
                        insert into account values (1, 'Li', 100), (2, 'Wu', 50);
                        """,
                        "account");
        database.run(
                "create function effect() returns int modifies sql data begin"
                        + " insert into other values (nextval(numbers), 1); return 1; end",
                "create function sworn() returns int deterministic modifies sql data begin"
                        + " insert into other values (nextval(numbers), 1); return 1; end",
                "create function pure(x decimal(18, 2)) returns decimal(18, 2) deterministic"
                        + " return x + 1");
        database.reload();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update account a join other o on a.id = o.id set a.balance = 1",
                "update account, other set account.balance = 1 where account.id = other.id",
                "update account set balance = (select max(balance) from other) where id = 1",
                "update account set balance = balance + 1 where id in (select id from other)",
                "delete account from account join other on account.id = other.id",
                "delete from account using account join other on account.id = other.id",
                "insert into account select * from other",
                "insert into account values ((select 1), 'x', 1)",
                "update other set balance = balance + 1",
                "select * from other for update",
                "insert into other values (1, 1)",
                "insert into feiqian_lock values ('x', 'x')",
                "update ignore account set id = id + 1",
                "delete ignore from account where id = 1",
                "replace into account values (1, 'x', 1)",
                "replace into account set id = 1, owner = 'x', balance = 1",
                "load data infile 'x' into table account",
                "truncate account",
                "truncate table account",
                "create table more (id int)",
                "create index i on account (owner)",
                "drop table account",
                "alter table account add column more int",
                "call something()",
                "do effect()",
                "set @x = 1",
                "set default_master_connection = ''",
                "set statement default_master_connection = '' for update account set balance = 1",
                "commit",
                "start transaction",
                "lock tables account write",
                "xa start 'x'",
                "prepare p from 'delete from account'",
                "execute immediate 'delete from account'",
                "handler account open",
                "select * from account into outfile 'x'",
                "select balance into @x from account",
                "select effect()",
                "select sworn()",
                "select `effect`()",
                "select EFFECT ()",
                "select * from account order by effect()",
                "update account set balance = balance + effect() where id = 1",
                "select get_lock('x', 1)",
                "select sleep(10)",
                "select setval(numbers, 1)",
                "select last_insert_id(7)",
                "select * from account a, other b for update",
                "select * from (select * from account for update) x",
                "select * from account lock in share mode",
                "select owner, sum(balance) from account group by owner for update",
                "select distinct owner from account for update",
                "select * from account where id in (select id from other) for update",
                "select 1 /*! , effect() */",
                "select 1 /*M!100000 , effect() */",
                "update account set balance = balance + 1 # where id = 1",
                "update account set balance = balance --1 , owner = null\n where id = 1",
                "select 'it\\'s', effect(), '",
                "update account set balance = \"70\"",
                "select `x",
                "delete from account; delete from other",
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
                "select nextval(numbers), uuid(), rand(), now(6)",
                "select a.*, b.balance, count(*) over () from account a left join other b using"
                        + " (id) where a.id in (select id from account) order by 1",
                "with x as (select * from account) select pure(balance) from x union select 1",
                "select 'delete from account; effect()' as `effect(` -- effect()",
                "insert into account values (nextval(numbers) + 100, 'x', pure(1)) returning *",
                "insert ignore into account (id, balance) values (1, 7), (52, 2)",
                "insert into account set id = 53, balance = 1",
                "insert into account (id, balance) values (1, 5), (54, 5)"
                        + " on duplicate key update balance = balance + values(balance),"
                        + " owner = concat(owner, '+')",
                "update account as a set balance = a.balance * 2, owner = concat(owner, 'x') where"
                        + " a.id = 1",
                "update `account` set balance = balance - 1 order by id desc limit 1",
                "select owner as o, balance from account a where balance > 1 order by o, a.id desc"
                        + " limit 1 offset 1 for update",
                "select sum(balance), 'it''s' from account where id in (1, 2) for update",
                "select id, owner from account order by 2, 1 limit 1 for update skip locked",
                "select * from account where id = 1 for update nowait"
            })
    void itIsTakenAndTakenBack(String sql) throws SQLException {
        var before = database.content("account");
        database.branch(2, sql);
        database.cancel(2);
        assertThat(database.content("account")).isEqualTo(before);
        assertThat(database.left()).isEmpty();
    }

    @Test
    void aReadForUpdateFindsItsRowsInItsOrderAndHoldsThoseAlone() throws SQLException {
        database.branch(
                3,
                connection -> {
                    try (PreparedStatement read =
                                    connection.prepareStatement(
                                            "select owner from account where balance > ? order by"
                                                    + " balance limit 1 for update");
                            ResultSet rows = bound(read, 1).executeQuery()) {
                        assertThat(rows.next()).isTrue();
                        assertThat(rows.getString(1)).isEqualTo("Wu");
                        assertThat(rows.next()).isFalse();
                    }
                });
        database.run("update account set balance = balance + 0 where id = 1");
        assertThatThrownBy(() -> database.run("update account set balance = 0 where id = 2"))
                .hasMessageContaining("unfinished global transaction " + TestDatabase.key(3));
        database.confirm(3);
    }

    @Test
    void aResultWhoseRowsTheDriverChangesIsRefused() throws SQLException {
        database.branch(
                1,
                connection -> {
                    assertThatThrownBy(() ->
                                    connection.createStatement(
                                            ResultSet.TYPE_FORWARD_ONLY,
                                            ResultSet.CONCUR_UPDATABLE))
                            .isInstanceOf(SqlModeException.class);
                    assertThatThrownBy(() ->
                                    connection.prepareStatement(
                                            "select * from account",
                                            ResultSet.TYPE_FORWARD_ONLY,
                                            ResultSet.CONCUR_UPDATABLE))
                            .isInstanceOf(SqlModeException.class);
                });
    }

    @Test
    void aTableThatChangedSinceItWasEnrolledIsRefusedUntilItIsEnrolledAgain() throws SQLException {
        try (TestDatabase own =
                TestDatabase.with(
                        Database.MARIADB, "create table t (id int primary key, x int)", "t")) {
            own.run("alter table t add column y int");
            own.reload();
            assertThatThrownBy(() -> own.branch(1, "insert into t values (1, 1, 1)"))
                    .isInstanceOf(SqlModeException.class)
                    .hasMessageContaining("changed since it was enrolled");
            own.run("drop trigger feiqian_insert_1");
            own.enrol(Set.of(), "t");
            own.branch(1, "insert into t values (1, 1, 1)");
            own.cancel(1);
            assertThat(own.content("t")).isEmpty();
        }
    }

    private static PreparedStatement bound(PreparedStatement statement, int value)
            throws SQLException {
        statement.setInt(1, value);
        return statement;
    }

    private static void batch(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.addBatch(sql);
            statement.executeBatch();
        }
    }

    /** May fail. */
    @FunctionalInterface
    private interface Attempt {
        void run() throws SQLException;
    }
}
