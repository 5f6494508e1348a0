package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.TestDatabase.SETTINGS;
import static io.feiqian.sqlmode.TestDatabase.execute;
import static io.feiqian.sqlmode.TestDatabase.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What can be enrolled in MariaDB, with which rights, and who is kept from locked rows. */
@Timeout(120)
final class MariaDbEnrolmentTest {
    private TestDatabase database;

    @BeforeEach
    void create() throws SQLException {
        database =
                TestDatabase.with(
                        Database.MARIADB,
                        """
                        create table account (id bigint primary key, code varchar(20) unique,
                            balance decimal(18, 2) not null default 0);
                        insert into account values (1, 'a', 100), (2, 'b', 50), (3, 'c', 7);
                        """,
                        "account");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatCouldNotBeUndoneIsRefusedWithTheReason() throws SQLException {
        Map<String, String> refused = new LinkedHashMap<>();
        refused.put("create table t (id int)", "has no primary key");
        refused.put("create table t (id int primary key) engine = MyISAM", "without transactions");
        refused.put("create table t (id int primary key) engine = Aria", "without transactions");
        refused.put("create view t as select * from account", "no ordinary table but VIEW");
        refused.put("create sequence t", "no ordinary table");
        refused.put(
                "create table t (id int primary key) with system versioning",
                "no ordinary table but SYSTEM VERSIONED");
        refused.put(
                "create table t (id int primary key, p bigint, foreign key (p) references account"
                        + " (id) on delete cascade)",
                "cascading reference 't_ibfk_1'");
        refused.put(
                "create table t (id int primary key); create table c (t int, constraint c_t foreign"
                        + " key (t) references t (id) on update set null)",
                "cascading reference 'c_t'");
        refused.put(
                "create table t (id int primary key); create trigger mine after insert on t for"
                        + " each row set @x = 1",
                "trigger 'mine'");
        refused.put("create table t (id int primary key, g geometry)", "of type geometry");
        refused.put(
                "create table t (id int primary key, a date, b date, period for p (a, b))",
                "has a period");
        refused.put("create table t (id int primary key, `a\"b` int)", "without double quotes");
        for (Map.Entry<String, String> each : refused.entrySet()) {
            database.run(each.getKey());
            assertThatThrownBy(() -> database.enrol(Set.of(), "t"))
                    .as(each.getKey())
                    .isInstanceOf(SqlModeException.class)
                    .hasMessageContaining(each.getValue())
                    .hasMessageContaining("expected: ")
                    .extracting(thrown -> ((SqlModeException) thrown).code())
                    .isEqualTo(OutcomeCode.SQL_NOT_UNDOABLE);
            database.run("drop table if exists c; drop view if exists t; drop table if exists t");
        }
        assertThatThrownBy(() -> database.enrol(Set.of(), "nothing"))
                .hasMessage("table: nothing (expected: one that exists)");
        assertThatThrownBy(() -> database.enrol(Set.of(), "feiqian_lock"))
                .hasMessageContaining("is a table of this system");
    }

    @Test
    void aTableHasGuardsOfOneInstallationOnly() throws SQLException {
        String table = "`" + database.server().schema() + "`.account";
        try (TestDatabase other = TestDatabase.with(Database.MARIADB, "create table t (id int)")) {
            assertThatThrownBy(() -> other.enrol(Set.of(), table))
                    .hasMessageContaining("the guard 'feiqian_")
                    .hasMessageContaining("of another installation (expected: none");
        }
        database.branch(1, "update account set balance = balance - 1 where id = 1");
        database.cancel(1);
        assertThat(database.content("account").toString()).contains("100");
    }

    @Test
    void namesThatNeedQuotesOtherDatabasesAndPartitionsAreEnrolled() throws SQLException {
        String other = database.server().schema() + " other";
        String table = "`" + other + "`.`My ``Account`";
        try {
            database.run(
                    "create database `" + other + "`",
                    "create table "
                            + table
                            + " (`Account No` bigint, `it's` varchar(10), `值` decimal(9, 2),"
                            + " primary key (`Account No`, `it's`)) default charset utf8mb4"
                            + " partition by hash (`Account No`) partitions 3",
                    "insert into " + table + " values (1, 'a', 1), (1, 'b', 2)");
            database.enrol(Set.of(), table);
            var before = database.content(table);
            database.branch(
                    1,
                    "select * from " + table + " m where `it's` = 'b' for update",
                    "update " + table + " set `值` = 7 where `it's` = 'b'",
                    "update " + table + " set `Account No` = `Account No` + 1 where `it's` = 'a'");
            assertThatThrownBy(() -> database.run("delete from " + table))
                    .hasMessageContaining("locked by the unfinished global transaction");
            database.cancel(1);
            assertThat(database.content(table)).isEqualTo(before);
        } finally {
            database.run("drop database if exists `" + other + "`");
        }
    }

    @Test
    void keysThatCompareEqualLockAlike() throws SQLException {
        database.run(
                """
                create table t (name varchar(20) charset utf8mb4 collate utf8mb4_unicode_ci primary key,
                    price double unique, short varchar(20) charset utf8mb4 collate utf8mb4_bin,
                    x int default 0, unique (short(2)));
                insert into t values ('Straße', 0, 'abc', 0);
                """);
        database.enrol(Set.of(), "t");
        database.branch(
                1,
                "select * from t where name = 'STRASSE' for update",
                "update t set name = 'WÜ', price = 2, short = 'xyz' where name = 'strasse '");
        for (String statement :
                new String[] {
                    "insert into t (name) values ('STRASSE  ')",
                    "insert into t (name, price) values ('Bo', -0e0)",
                    "insert into t (name, short) values ('Bo', 'abX')",
                    "update t set x = 1 where name = 'wu'"
                }) {
            assertThatThrownBy(() -> database.run(statement))
                    .as(statement)
                    .hasMessageContaining("locked by the unfinished global transaction");
        }
        database.run("insert into t (name, short) values ('Bo', 'ABc')");
        database.run("delete from t where name = 'Bo'");
        database.cancel(1);
        assertThat(database.content("t")).containsExactly("(Straße,0,abc,0)");
    }

    @Test
    void aTableThatIsHalfEnrolledIsRefusedUntilItIsEnrolledWhole() throws SQLException {
        database.run("create table t (id int primary key)");
        database.enrol(Set.of(), "t");
        for (String broken :
                List.of(
                        "drop trigger feiqian_update_2",
                        "create or replace trigger feiqian_delete_2 after delete on t for each row"
                                + " set @x = 1",
                        "update feiqian_table set shape = '' where table_name = 't'",
                        "create trigger mine before insert on t for each row set @x = 1",
                        "alter table t add column y int default 1 unique")) {
            database.run(broken);
            database.reload();
            assertThatThrownBy(() -> database.branch(1, "insert into t (id) values (1)"))
                    .as(broken)
                    .isInstanceOf(SqlModeException.class)
                    .hasMessageContaining("changed since it was enrolled");
            database.enrol(Set.of("mine"), "t");
            database.branch(1, "insert into t (id) values (1)");
            database.cancel(1);
        }
        assertThat(database.content("t")).isEmpty();
    }

    /** What a pool hands on carries no branch, however the branch's transaction ended. */
    @Test
    void aConnectionThatIsUsedAgainCarriesNoBranch() throws SQLException {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(database.server().url());
        pool.setUsername(database.server().user());
        pool.setPassword(database.server().password());
        pool.setMaximumPoolSize(1);
        pool.setAutoCommit(false);
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        try (HikariDataSource one = new HikariDataSource(pool)) {
            for (boolean committed : new boolean[] {true, false}) {
                try (Connection connection = one.getConnection()) {
                    SqlCapture capture =
                            SqlCapture.over(connection, key(1), SETTINGS, database.catalog());
                    execute(
                            capture.connection(),
                            "update account set balance = balance + 1 where id = 1");
                    if (committed) {
                        connection.commit();
                    } else {
                        connection.rollback();
                    }
                }
                List<String> left = database.left();
                try (Connection connection = one.getConnection()) {
                    execute(connection, "update account set balance = balance + 1 where id = 2");
                    connection.commit();
                    assertThat(setting(connection, "@@default_master_connection")).isEmpty();
                    assertThat(setting(connection, "@@innodb_lock_wait_timeout")).isEqualTo("50");
                }
                assertThat(database.left()).isEqualTo(left);
                database.cancel(1);
            }
        }
        assertThat(database.content("account"))
                .containsExactly("(1,a,100.00)", "(2,b,52.00)", "(3,c,7.00)");
    }

    @Test
    void whateverWayAnOrdinaryWriterTakesItIsRefused() throws SQLException {
        database.branch(1, "update account set balance = balance + 1 where id = 1");
        for (String statement :
                List.of(
                        "replace into account values (1, 'z', 0)",
                        "replace into account values (9, 'a', 0)",
                        "insert into account values (1, 'z', 0) on duplicate key update balance = 0",
                        "update ignore account set balance = 0 where id = 1",
                        "delete ignore from account where id = 1",
                        "update account a join account b on a.id = b.id set a.balance = 0",
                        "delete a from account a join account b on a.id = b.id where a.id = 1",
                        "set statement default_master_connection = 'main' for"
                                + " update account set balance = 0 where id = 1")) {
            assertThatThrownBy(() -> database.run(statement))
                    .as(statement)
                    .hasMessageContaining("unfinished global transaction " + key(1));
        }
        database.cancel(1);
        assertThat(database.content("account")).startsWith("(1,a,100.00)");
    }

    /**
     * The level of one transaction alone is not seen by a trigger; the locks are read as they are.
     */
    @Test
    void aSnapshotFromBeforeTheLockDoesNotHideIt() throws SQLException {
        try (Connection other = database.server().open()) {
            execute(other, "set session innodb_snapshot_isolation = off");
            other.setAutoCommit(false);
            execute(
                    other,
                    "set transaction isolation level repeatable read",
                    "select * from feiqian_lock",
                    "select * from account");
            database.branch(1, "update account set balance = balance + 1 where id = 1");
            assertThatThrownBy(() -> execute(other, "update account set balance = 0 where id = 1"))
                    .hasMessageContaining("unfinished global transaction " + key(1));
            other.rollback();
        }
        database.cancel(1);
    }

    @Test
    void theRightsThatTheManualNamesAreEnough() throws SQLException {
        String schema = database.server().schema();
        database.run(
                "create or replace user service@'%' identified by 'secret'",
                "create or replace user teller@'%' identified by 'secret'",
                "grant select, insert, update, delete on " + schema + ".account to service@'%'",
                "grant select, insert, update, delete on " + schema + ".account to teller@'%'",
                "grant select, delete on " + schema + ".feiqian_lock to service@'%'",
                "grant select, delete on " + schema + ".feiqian_undo to service@'%'",
                "grant select on " + schema + ".feiqian_table to service@'%'",
                "grant execute on " + schema + ".* to service@'%'");
        try (Connection service = as("service");
                Connection teller = as("teller")) {
            TableCatalog catalog = TableCatalog.load(service);
            SqlCapture capture = SqlCapture.over(service, key(1), SETTINGS, catalog);
            execute(
                    capture.connection(),
                    "update account set balance = balance + 1 where id = 1",
                    "select * from account where id = 2 for update");
            capture.flush();
            service.commit();
            execute(teller, "update account set balance = balance + 1 where id = 3");
            teller.commit();
            assertThatThrownBy(() -> execute(teller, "update account set balance = 0 where id = 2"))
                    .hasMessageContaining("unfinished global transaction");
            teller.rollback();
            assertThatThrownBy(() -> execute(teller, "truncate account"))
                    .hasMessageContaining("denied");
            SqlUndo.cancel(service, key(1), SETTINGS);
            SqlUndo.confirm(service, List.of(key(2)));
            service.commit();
        } finally {
            database.run("drop user service@'%', teller@'%'");
        }
        assertThat(database.content("account"))
                .containsExactly("(1,a,100.00)", "(2,b,50.00)", "(3,c,8.00)");
    }

    private Connection as(String user) throws SQLException {
        Connection connection =
                DriverManager.getConnection(database.server().url(), user, "secret");
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setAutoCommit(false);
        return connection;
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select " + name)) {
            row.next();
            return row.getString(1);
        }
    }
}
