package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.TestDatabase.execute;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every value comes back exactly as it was, whatever its type and the session's settings. */
final class PostgresImagesTest {
    private static final Map<String, List<String>> VALUES =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry(
                                    "numeric",
                                    List.of("1.00", "1.000", "-0.10", "NaN", "Infinity", "1e100")),
                            Map.entry("numeric(18,2)", List.of("0.00", "123456789012345.67")),
                            Map.entry("float8", List.of("0.1", "-0", "1e-300", "NaN", "Infinity")),
                            Map.entry("float4", List.of("0.1", "16777217")),
                            Map.entry("bigint", List.of("9223372036854775807", "-1")),
                            Map.entry(
                                    "text",
                                    List.of("", "null", " a,\"b\"(c)\\d'e ", "\t\n\r", "飞钱", "{}")),
                            Map.entry("varchar(5)", List.of("ab", "ab   ")),
                            Map.entry("char(5)", List.of("ab")),
                            Map.entry("bytea", List.of("\\x", "\\x00ff5c22", "\\xdeadbeef")),
                            Map.entry("boolean", List.of("true", "false")),
                            Map.entry("date", List.of("2026-11-22", "infinity", "0044-03-15 BC")),
                            Map.entry("time", List.of("23:59:59.999999", "24:00:00")),
                            Map.entry("timetz", List.of("12:00:00+05:45")),
                            Map.entry(
                                    "timestamp",
                                    List.of("2026-11-22 01:02:03.000001", "-infinity")),
                            Map.entry(
                                    "timestamptz",
                                    List.of(
                                            "2026-11-22 01:02:03.123456+08",
                                            "1900-01-01 00:00:00+08:05:43",
                                            "infinity")),
                            Map.entry(
                                    "interval",
                                    List.of("1 mon -1 day 00:00:01.5", "-1 years 2 days")),
                            Map.entry("uuid", List.of("6f1f0f0e-0000-4000-8000-00000000abcd")),
                            Map.entry(
                                    "json",
                                    List.of("null", "{\"b\": 1,  \"a\": 1, \"a\": 2}", "1.00")),
                            Map.entry(
                                    "jsonb",
                                    List.of("null", "{\"a\": [1.00, null, \"\\\\\"]}", "\"\"")),
                            Map.entry(
                                    "text[]",
                                    List.of("{}", "{NULL,\"NULL\",\"\",\"a,b\"}", "[0:1]={a,b}")),
                            Map.entry("int[]", List.of("{{1,2},{3,NULL}}")),
                            Map.entry("numeric[]", List.of("{1.0,1.00}")),
                            Map.entry("inet", List.of("10.0.0.1/8")),
                            Map.entry("bit(3)", List.of("101")),
                            Map.entry("int4range", List.of("[1,5)", "empty")),
                            Map.entry("xml", List.of("<a b=\"1\"> x </a>")),
                            Map.entry("point", List.of("(0.1,-0)")),
                            Map.entry("tsvector", List.of("'a':1 'b':2A")),
                            Map.entry("mood", List.of("it's fine")),
                            Map.entry("purse", List.of("(1,\"a,b\")", "(,)")),
                            Map.entry("cents", List.of("5"))));

    @Test
    void eachTypeRoundTripsThroughAnUpdateADeleteAndAnInsert() throws SQLException {
        try (TestDatabase database =
                TestDatabase.with(
                        Database.POSTGRESQL,
                        "create type mood as enum ('it''s fine', 'b'); create type purse as (n int,"
                                + " t text); create domain cents as int check (value >= 0)")) {
            int number = 0;
            for (Map.Entry<String, List<String>> each : VALUES.entrySet()) {
                String table = "t" + ++number;
                database.run(
                        "create table %s (id int primary key, v %s, n int not null default 0)"
                                .formatted(table, each.getKey()));
                StringBuilder rows = new StringBuilder("(0, null, 0)");
                for (int i = 0; i < each.getValue().size(); i++) {
                    rows.append(", (%d, %s, 0)".formatted(i + 1, quoted(each.getValue().get(i))));
                }
                database.run("insert into " + table + " values " + rows);
                database.enrol(java.util.Set.of(), table);
                String last = quoted(each.getValue().get(each.getValue().size() - 1));
                roundTrip(database, table, "update " + table + " set v = null");
                roundTrip(database, table, "update " + table + " set v = " + last);
                roundTrip(database, table, "update " + table + " set n = n + 1");
                roundTrip(database, table, "delete from " + table);
                roundTrip(database, table, "insert into " + table + " values (99, " + last + ")");
            }
        }
    }

    @Test
    void generatedColumnsIdentitiesAndDroppedColumnsAreRestored() throws SQLException {
        try (TestDatabase database =
                TestDatabase.with(
                        Database.POSTGRESQL,
                        """
                        create table t (
                            gone int,
                            id bigint generated always as identity primary key,
                            x int,
                            twice int generated always as (x * 2) stored,
                            thrice int generated always as (x * 3) virtual,
                            other int generated by default as identity);
                        alter table t drop column gone;
                        insert into t (x) values (1), (2), (3);
                        """,
                        "t")) {
            roundTrip(database, "t", "update t set x = x + 1");
            roundTrip(database, "t", "delete from t where id = 2");
            roundTrip(database, "t", "insert into t (x) values (9)");
        }
    }

    /** The branch, the undo and the reader have different settings. */
    private static void roundTrip(TestDatabase database, String table, String statement)
            throws SQLException {
        List<String> before = database.content(table);
        database.branch(
                1,
                connection -> {
                    execute(connection, "select * from " + table + " for update", statement);
                });
        List<String> after = database.content(table);
        assertThat(after).as(statement).isNotEqualTo(before);
        database.commit(connection -> {
            execute(
                    connection,
                    "set local timezone = 'Asia/Shanghai'",
                    "set local bytea_output = 'escape'",
                    "set local IntervalStyle = 'iso_8601'",
                    "set local extra_float_digits = 0");
            SqlUndo.cancel(connection, TestDatabase.key(1), TestDatabase.SETTINGS);
        });
        assertThat(database.content(table)).as("undo of " + statement).isEqualTo(before);
        assertThat(database.left()).isEmpty();
    }

    private static String quoted(String value) {
        return "'" + value.replace("'", "''") + "'";
    }
}
