package io.feiqian.sqlmode;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The databases that SQL mode works with, and all that a test has to know of how they differ. */
enum Database {
    POSTGRESQL {
        @Override
        Server server() {
            return new PostgresServer();
        }

        @Override
        String type(String name) {
            return switch (name) {
                case "moment" -> "timestamptz";
                case "bytes" -> "bytea";
                case "document" -> "jsonb";
                default -> "bigint generated always as identity primary key";
            };
        }

        @Override
        String series(int from, int to) {
            return "generate_series(" + from + ", " + to + ") n";
        }

        @Override
        String append(String column, String text) {
            return column + " || '" + text + "'";
        }

        @Override
        String upsert(String key, String sets) {
            return "on conflict (" + key + ") do update set " + sets;
        }

        @Override
        String proposed(String column) {
            return "excluded." + column;
        }

        @Override
        String[] past(String statement) {
            return new String[] {"set local session_replication_role = replica", statement};
        }

        @Override
        String waits(long session) {
            return "select 'waits' from pg_stat_activity where wait_event_type = 'Lock' and pid = "
                    + session;
        }

        @Override
        String session() {
            return "select pg_backend_pid()";
        }

        @Override
        String table(String schema, String name) {
            return "public." + name;
        }

        @Override
        String quoted(String column) {
            return column;
        }

        @Override
        int announcements() {
            return 1;
        }

        @Override
        int confirmations() {
            return 1;
        }

        @Override
        String stamp() {
            return """
            create function stamp() returns trigger language plpgsql as
                'begin new.owner := new.owner || ''+''; return new; end';
            create trigger stamp before update on account for each row execute function stamp()
            """;
        }

        @Override
        String violation() {
            return "violates";
        }

        @Override
        String uniqueWithoutCase(String table, String column) {
            return "create unique index %1$s_case on %1$s (lower(%2$s)) where balance >= 0"
                    .formatted(table, column);
        }

        @Override
        String items() {
            return """
            insert into item select n, 'c' || n, n % 4, n / 4, n * 1.10,
                decode(md5(n::text), 'hex'), 't' || n, jsonb_build_object('n', n),
                timestamptz 'epoch' + n * interval '1 h'
                from generate_series(0, 23) n
            """;
        }
    },
    MARIADB {
        @Override
        Server server() {
            return new MariaDbServer();
        }

        @Override
        String type(String name) {
            return switch (name) {
                case "moment" -> "timestamp(6) null";
                case "bytes" -> "blob";
                case "document" -> "json";
                default -> "bigint auto_increment primary key";
            };
        }

        @Override
        String series(int from, int to) {
            return "(select seq as n from seq_" + from + "_to_" + to + ") s";
        }

        @Override
        String append(String column, String text) {
            return "concat(" + column + ", '" + text + "')";
        }

        @Override
        String upsert(String key, String sets) {
            return "on duplicate key update " + sets;
        }

        @Override
        String proposed(String column) {
            return "values(" + column + ")";
        }

        @Override
        String[] past(String statement) {
            return new String[] {
                "set statement default_master_connection = 'feiqian-undo x' for " + statement
            };
        }

        @Override
        String waits(long session) {
            // INNODB_TRX is a copy that is not made anew for whoever asks again and again.
            return "select 'waits' from information_schema.global_status where variable_name ="
                    + " 'INNODB_ROW_LOCK_CURRENT_WAITS' and variable_value > 0";
        }

        @Override
        String session() {
            return "select connection_id()";
        }

        @Override
        String table(String schema, String name) {
            return schema + "." + name;
        }

        @Override
        String quoted(String column) {
            return "`" + column + "`";
        }

        @Override
        int announcements() {
            return 0;
        }

        @Override
        int confirmations() {
            return 2;
        }

        @Override
        String stamp() {
            return "create trigger stamp before update on account for each row"
                    + " set new.owner = concat(new.owner, '+')";
        }

        @Override
        String violation() {
            return "foreign key constraint fails";
        }

        @Override
        String uniqueWithoutCase(String table, String column) {
            return "alter table %s add column lowered varchar(50) as (lower(%s)) virtual unique"
                    .formatted(table, column);
        }

        @Override
        String items() {
            return """
            insert into item select seq, concat('c', seq), seq % 4, seq div 4, seq * 1.10,
                unhex(md5(seq)), concat('t', seq), json_object('n', seq),
                timestampadd(hour, seq, '1970-01-02 00:00:00.000001') from seq_0_to_23
            """;
        }
    };

    /** A refused local transaction that frameworks run again. */
    static final Set<String> AGAIN = Set.of("40001", "40P01", "55P03", "HY000");

    /** A value of a unique key that is taken. */
    static final Set<String> TAKEN = Set.of("23505", "23000");

    private static final Pattern TYPE = Pattern.compile("\\{([a-z]+)\\}");

    /** Starts an empty database. */
    abstract Server server();

    abstract String type(String name);

    /** A query's source of numbers n. */
    abstract String series(int from, int to);

    /** A text column with something behind it. */
    abstract String append(String column, String text);

    /** The end of an insert that changes the row that is there. */
    abstract String upsert(String key, String sets);

    /** The value that an upsert proposes. */
    abstract String proposed(String column);

    /** What a database's administrator can do past the triggers, and a program cannot. */
    abstract String[] past(String statement);

    /** A row while this session waits for a lock. */
    abstract String waits(long session);

    /** Which session this is. */
    abstract String session();

    /** How messages name a table. */
    abstract String table(String schema, String name);

    /** How a proposed correction names a column. */
    abstract String quoted(String column);

    /** Statements that tell whose a branch's batch is, where nothing else does. */
    abstract int announcements();

    /** Statements that confirm many branches. */
    abstract int confirmations();

    /** A trigger {@code stamp} that writes into each account that is updated. */
    abstract String stamp();

    /** In the message about a row that others refer to. */
    abstract String violation();

    /** Makes a text column unique whatever its case. */
    abstract String uniqueWithoutCase(String table, String column);

    /** Rows 0 to 23 of the table item. */
    abstract String items();

    /** A text in which {@code {moment}}, {@code {bytes}} and {@code {identity}} are types. */
    String sql(String text) {
        return TYPE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(type(found.group(1))));
    }
}
