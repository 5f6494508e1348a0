package io.feiqian.sqlmode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.vocabulary.OutcomeCode;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can be enrolled in PostgreSQL, and with which rights. */
final class PostgresEnrolmentTest {
    private TestDatabase database;

    @BeforeEach
    void create() throws SQLException {
        database =
                TestDatabase.with(Database.POSTGRESQL, "create table parent (id int primary key)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatCouldNotBeUndoneIsRefusedWithTheReason() throws SQLException {
        Map<String, String> refused =
                Map.ofEntries(
                        Map.entry("create table t (id int)", "has no primary key"),
                        Map.entry(
                                "create table t (id int primary key, p int references parent on"
                                        + " delete cascade)",
                                "cascading reference 't_p_fkey'"),
                        Map.entry(
                                "create table t (id int primary key); create table c (t int"
                                        + " references t on update set null)",
                                "cascading reference 'c_t_fkey'"),
                        Map.entry(
                                "create table t (id int primary key); create function f() returns"
                                        + " trigger language plpgsql as 'begin return new; end'; create"
                                        + " trigger mine after insert on t for each row execute"
                                        + " function f()",
                                "trigger 'mine'"),
                        Map.entry(
                                "create table t (id int primary key); create rule r as on delete to"
                                        + " t do instead nothing",
                                "rule 'r'"),
                        Map.entry(
                                "create table t (id int primary key, r int4range, exclude using"
                                        + " gist (r with &&))",
                                "exclusion constraint"),
                        Map.entry(
                                "create table t (id int primary key deferrable)",
                                "deferrable unique key"),
                        Map.entry(
                                "create table t (id int primary key, m bit(3) unique)",
                                "that can be hashed"),
                        Map.entry(
                                "create table p (id int primary key) partition by range (id);"
                                        + " create table t partition of p default",
                                "is a partition"),
                        Map.entry(
                                "create table t (id int primary key, x int) partition by range"
                                        + " (id); create table p (id int primary key, x int unique);"
                                        + " alter table t attach partition p default",
                                "a partition that has a unique key alone"),
                        Map.entry(
                                "create unlogged table t (id int primary key)", "a crash empties"),
                        Map.entry("create view t as select * from parent", "no ordinary table"),
                        Map.entry(
                                "create table t (id int primary key) inherits (parent)",
                                "with inheritance"));
        for (Map.Entry<String, String> each : refused.entrySet()) {
            try (TestDatabase own =
                    TestDatabase.with(
                            Database.POSTGRESQL, "create table parent (id int primary key)")) {
                own.run(each.getKey());
                assertThatThrownBy(() -> own.enrol(Set.of(), "t"))
                        .as(each.getKey())
                        .isInstanceOf(SqlModeException.class)
                        .hasMessageContaining(each.getValue())
                        .hasMessageContaining("expected: ")
                        .extracting(thrown -> ((SqlModeException) thrown).code())
                        .isEqualTo(OutcomeCode.SQL_NOT_UNDOABLE);
            }
        }
        assertThatThrownBy(() -> database.enrol(Set.of(), "nothing"))
                .hasMessage("table: nothing (expected: one that exists)");
        assertThatThrownBy(() -> database.enrol(Set.of(), "feiqian_lock"))
                .hasMessageContaining("is a table of this system");
    }

    @Test
    void namesThatNeedQuotesAndSeveralSchemasAreEnrolled() throws SQLException {
        database.run(
                """
                create schema "Other Books";
                create table "Other Books"."My Account" (
                    "Account No" bigint, "part" varchar(10), "The Value" numeric,
                    primary key ("Account No", "part"));
                create table "it's" (id int primary key, x int);
                insert into "Other Books"."My Account" values (1, 'a', 1), (1, 'b', 2);
                insert into "it's" values (1, 1);
                """);
        database.enrol(Set.of(), "\"Other Books\".\"My Account\"", "\"it's\"");
        String table = "\"Other Books\".\"My Account\"";
        var before = database.content(table);
        database.branch(
                1,
                "select * from " + table + " m where \"part\" = 'b' for update",
                "update " + table + " set \"The Value\" = 7 where \"part\" = 'b'",
                "update " + table + " set \"Account No\" = \"Account No\" + 1 where \"part\" = 'a'",
                "update \"it's\" set x = x + 1");
        assertThatThrownBy(() -> database.run("delete from \"it's\""))
                .hasMessageContaining("locked by the unfinished global transaction");
        database.cancel(1);
        assertThat(database.content(table)).isEqualTo(before);
        assertThat(database.content("\"it's\"")).containsExactly("(1,1)");
    }

    @Test
    void rowsOfPartitionsAreRestoredWhereverTheyLieAndHoweverTheirColumnsStand()
            throws SQLException {
        database.run(
                """
                create table movement (day int, id int, text text, amount numeric,
                    primary key (day, id)) partition by list (day);
                create table movement_1 partition of movement for values in (1);
                create table movement_2 (gone int, amount numeric, text text, id int not null,
                    day int not null);
                alter table movement_2 drop column gone;
                alter table movement attach partition movement_2 for values in (2);
                insert into movement values (1, 1, 'a', 10), (2, 2, 'b,"c', 20), (2, 3, null, 30);
                """);
        database.enrol(Set.of(), "movement");
        var before = database.content("movement");
        database.branch(
                1,
                "update movement set amount = amount + 1, text = text || '!'",
                "insert into movement values (2, 9, 'new', 1)",
                "select * from movement for update",
                "update movement set day = 2 where id = 1",
                "delete from movement where id = 3");
        assertThatThrownBy(() -> database.run("update movement_2 set amount = 0 where id = 2"))
                .hasMessageContaining("locked by the unfinished global transaction");
        database.cancel(1);
        assertThat(database.content("movement")).isEqualTo(before);
        assertThat(database.left()).isEmpty();
    }

    @Test
    void keysThatCompareEqualLockAlike() throws SQLException {
        database.run(
                "create collation fold (provider = icu, locale = 'und-u-ks-level2',"
                        + " deterministic = false)",
                "create table t (name text collate fold primary key, price numeric unique, x int"
                        + " default 0)",
                "insert into t values ('Li', 1.0)");
        database.enrol(Set.of(), "t");
        database.branch(
                1,
                "select * from t where name = 'LI' for update",
                "update t set name = 'WU', price = 2 where name = 'li'");
        for (String statement :
                new String[] {
                    "insert into t values ('LI', 7)",
                    "insert into t values ('Bo', 1.000)",
                    "update t set x = 1 where name = 'wu'"
                }) {
            assertThatThrownBy(() -> database.run(statement))
                    .as(statement)
                    .hasMessageContaining("locked by the unfinished global transaction");
        }
        database.cancel(1);
        assertThat(database.content("t")).containsExactly("(Li,1.0,0)");
    }

    @Test
    void aTableWithImagesIsNotTruncated() throws SQLException {
        database.enrol(Set.of(), "parent");
        database.branch(1, "insert into parent values (1)");
        assertThatThrownBy(() -> database.run("truncate parent"))
                .hasMessageContaining("unfinished global transactions have images");
        database.cancel(1);
        database.run("truncate parent");
    }

    @Test
    void theRightsThatTheManualNamesAreEnough() throws SQLException {
        database.run(
                "create table account (id bigint primary key, balance numeric(18, 2))",
                "insert into account values (1, 100), (2, 50), (3, 7)");
        database.enrol(Set.of(), "account");
        database.run(
                "drop role if exists teller",
                "drop role if exists service",
                "create role teller",
                "create role service",
                "grant select, insert, update, delete, truncate on account to teller, service",
                "grant select, insert, update, delete on feiqian_lock, feiqian_undo to service",
                "grant select on feiqian_table to service");
        database.commit(connection -> {
            TestDatabase.execute(connection, "set local role service");
            SqlCapture capture =
                    SqlCapture.over(
                            connection,
                            TestDatabase.key(1),
                            TestDatabase.SETTINGS,
                            TableCatalog.load(connection));
            TestDatabase.execute(
                    capture.connection(),
                    "update account set balance = balance + 1 where id = 1",
                    "select * from account where id = 2 for update");
            capture.flush();
        });
        database.run(
                "set local role teller", "update account set balance = balance + 1 where id = 3");
        for (String statement :
                List.of("update account set balance = 0 where id = 1", "truncate account")) {
            assertThatThrownBy(() -> database.run("set local role teller", statement))
                    .hasMessageContaining("unfinished global transaction");
        }
        database.commit(connection -> {
            TestDatabase.execute(connection, "set local role service");
            SqlUndo.cancel(connection, TestDatabase.key(1), TestDatabase.SETTINGS);
            SqlUndo.confirm(connection, List.of(TestDatabase.key(2)));
        });
        assertThat(database.rows("select balance from account order by id"))
                .containsExactly("100.00", "50.00", "8.00");
        database.run("drop owned by teller, service", "drop role teller, service");
    }
}
