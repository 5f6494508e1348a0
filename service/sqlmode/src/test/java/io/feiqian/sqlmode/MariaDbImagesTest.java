package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.TestDatabase.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.vocabulary.OutcomeCode;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every value comes back exactly as it was, whatever its type and the session's settings. */
final class MariaDbImagesTest {
    private static final Map<String, List<String>> VALUES =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry(
                                    "decimal(65,30)",
                                    List.of(
                                            "0.100000000000000000000000000001",
                                            "-99999999999999999999999999999999999.5")),
                            Map.entry("decimal(18,2)", List.of("0.00", "1234567890123456.78")),
                            Map.entry("decimal(9,2) zerofill", List.of("7.50")),
                            Map.entry("double", List.of("0.1", "1e-300", "1.7976931348623157e308")),
                            Map.entry("double(12,3)", List.of("0.125", "123456789.001")),
                            Map.entry("float", List.of("0.1", "16777215", "3.4e38")),
                            Map.entry("bigint", List.of("-1", "9223372036854775807")),
                            Map.entry("bigint unsigned", List.of("1", "18446744073709551615")),
                            Map.entry("int(7) zerofill", List.of("42")),
                            Map.entry("boolean", List.of("true", "false")),
                            Map.entry("year", List.of("1901", "2026", "0")),
                            Map.entry("bit(5)", List.of("b'00000'", "b'10101'")),
                            Map.entry("bit(64)", List.of("18446744073709551615", "1")),
                            Map.entry(
                                    "varchar(50)",
                                    List.of(
                                            "''",
                                            "'null'",
                                            "' a,\"b\"(c)\\\\d''e  '",
                                            "'\\0\\t\\n\\r\\Z'",
                                            "'{}'",
                                            "'飞钱 😀'")),
                            Map.entry(
                                    "varchar(50) charset latin1",
                                    List.of("x'00818D9DE4FF'", "'ä'")),
                            Map.entry("varchar(50) charset gbk", List.of("'飞钱'")),
                            Map.entry("varchar(50) charset sjis", List.of("'日本'")),
                            Map.entry("varchar(50) charset utf16", List.of("'飞钱 😀'")),
                            Map.entry("varchar(50) charset cp1251", List.of("'Ж'")),
                            Map.entry("char(5)", List.of("''", "'ab'")),
                            Map.entry("longtext", List.of("repeat('飞', 1000)", "'[1]'")),
                            Map.entry(
                                    "json",
                                    List.of(
                                            "'null'",
                                            "'{\"b\": 1,  \"a\": 1, \"a\": 2}'",
                                            "'1.00'")),
                            Map.entry("varbinary(9)", List.of("''", "x'00ff5c22'", "x'deadbeef'")),
                            Map.entry("binary(4)", List.of("x'00'", "x'ff00'")),
                            Map.entry("longblob", List.of("repeat(x'00ff', 1000)", "x'00'")),
                            Map.entry("enum('it''s fine','b')", List.of("'b'", "'it''s fine'")),
                            Map.entry("set('a','b','c')", List.of("''", "'a,c'")),
                            Map.entry("date", List.of("'0000-00-00'", "'9999-12-31'")),
                            Map.entry(
                                    "time(6)", List.of("'-838:59:59.999999'", "'00:00:00.000001'")),
                            Map.entry("datetime", List.of("'0000-00-00'", "'2026-11-22 01:02:03'")),
                            Map.entry("datetime(6)", List.of("'0001-01-01 00:00:00.000001'")),
                            Map.entry(
                                    "timestamp(6) null",
                                    List.of(
                                            "'0000-00-00'",
                                            "'1970-01-01 12:00:00.000001'",
                                            "'2038-01-18 03:14:07.999999'")),
                            Map.entry("inet4", List.of("'10.0.0.1'")),
                            Map.entry("inet6", List.of("'2001:db8::ff'")),
                            Map.entry("uuid", List.of("'6f1f0f0e-0000-4000-8000-00000000abcd'"))));

    @Test
    void eachTypeRoundTripsThroughAnUpdateADeleteAndAnInsert() throws SQLException {
        try (TestDatabase database = TestDatabase.with(Database.MARIADB, "select 1")) {
            int number = 0;
            for (Map.Entry<String, List<String>> each : VALUES.entrySet()) {
                String table = "t" + ++number;
                database.run(
                        ("create table %s (id int primary key, v %s, n int not null default 0)"
                                        + " default charset utf8mb4")
                                .formatted(table, each.getKey()));
                StringBuilder rows = new StringBuilder("(0, null, 0)");
                for (int i = 0; i < each.getValue().size(); i++) {
                    rows.append(", (%d, %s, 0)".formatted(i + 1, each.getValue().get(i)));
                }
                database.run("insert into " + table + " values " + rows);
                database.enrol(Set.of(), table);
                String last = each.getValue().get(each.getValue().size() - 1);
                roundTrip(database, table, "update " + table + " set v = null");
                roundTrip(database, table, "update " + table + " set v = " + last);
                roundTrip(database, table, "update " + table + " set n = n + 1");
                roundTrip(database, table, "delete from " + table);
                roundTrip(
                        database, table, "insert into " + table + " values (99, " + last + ", 1)");
            }
        }
    }

    @Test
    void generatedHiddenCountedAndStampedColumnsAreRestored() throws SQLException {
        try (TestDatabase database =
                TestDatabase.with(
                        Database.MARIADB,
                        """
                        create table t (
                            id bigint auto_increment primary key,
                            x int,
                            twice int as (x * 2) stored,
                            thrice int as (x * 3) virtual,
                            hidden int invisible default 7,
                            stamped timestamp(6) not null default current_timestamp(6)
                                on update current_timestamp(6));
                        set statement sql_mode = 'NO_AUTO_VALUE_ON_ZERO' for
                            insert into t (id, x, hidden) values (0, 1, 1), (1, 2, 2), (2, 3, 3);
                        """,
                        "t")) {
            roundTrip(database, "t", "update t set x = x + 1");
            roundTrip(database, "t", "delete from t where id = 0");
            roundTrip(database, "t", "insert into t (x) values (9)");
            assertThat(database.rows("select concat(id, ' ', hidden) from t order by id"))
                    .containsExactly("0 1", "1 2", "2 3");
        }
    }

    @Test
    void aRowTooLargeForAnImageIsRefused() throws SQLException {
        try (TestDatabase database =
                TestDatabase.with(
                        Database.MARIADB, "create table t (id int primary key, v longblob)", "t")) {
            database.run("insert into t values (1, repeat('x', 9 * 1024 * 1024))");
            assertThatThrownBy(() ->
                            database.branch(
                                    1,
                                    "select id from t for update",
                                    "update t set v = null where id = 1"))
                    .isInstanceOf(SqlModeException.class)
                    .hasMessageContaining("too large for an image")
                    .extracting(thrown -> ((SqlModeException) thrown).code())
                    .isEqualTo(OutcomeCode.SQL_NOT_UNDOABLE);
            assertThat(database.left()).isEmpty();
        }
    }

    /** The branch, the undo and the reader have different settings. */
    private static void roundTrip(TestDatabase database, String table, String statement)
            throws SQLException {
        List<String> before = database.content(table);
        database.commit(raw -> {
            execute(raw, "set session time_zone = '-03:30'", "set session sql_mode = ''");
            SqlCapture capture =
                    SqlCapture.over(
                            raw, TestDatabase.key(1), TestDatabase.SETTINGS, database.catalog());
            execute(capture.connection(), "select id from " + table + " for update", statement);
            capture.flush();
        });
        List<String> after = database.content(table);
        assertThat(after).as(statement).isNotEqualTo(before);
        database.commit(connection -> {
            execute(
                    connection,
                    "set session time_zone = '+08:00'",
                    "set session collation_connection = latin1_swedish_ci",
                    "set session sql_mode = 'NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,ANSI_QUOTES,"
                            + "PAD_CHAR_TO_FULL_LENGTH,STRICT_ALL_TABLES,NO_ZERO_DATE'");
            SqlUndo.cancel(connection, TestDatabase.key(1), TestDatabase.SETTINGS);
        });
        assertThat(database.content(table)).as("undo of " + statement).isEqualTo(before);
        assertThat(database.left()).isEmpty();
    }
}
