package io.feiqian.benchmarks;

import io.feiqian.runtime.Clock;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.storage.Migrations;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** A month of alarms in an observatory's database, each with a notice, 40 of them raised still. */
final class AlarmMonth {
    /** More than one a minute. */
    static final int ALARMS = 50_000;

    private static final int RAISED = 40;

    private AlarmMonth() {}

    /** Makes the tables and fills them. */
    static void fill(BenchDatabase database) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database.postgres().url());
        source.setUser(EmbeddedPostgres.USER);
        source.setPassword(database.postgres().password());
        Migrations.run(source, List.of("alarms"));
        long now = Clock.system().now().toEpochMilli();
        long step = Duration.ofDays(30).toMillis() / ALARMS;
        database.run(
                """
                insert into alarm_channel (changed_at, enabled, name, shown, changed_by, sealed)
                values (%1$d, true, 'duty', 'mail to duty', 'admin', '\\x00');
                insert into alarm (rule, since, raised_at, ended_at, told_at, end_told_at, value, phase,
                    severity, object, text)
                select 1 + n %% 6, at + 120000, at, at + 120000, at, at + 120000, 25, 'ENDED',
                    (array['CRITICAL', 'WARNING', 'NOTICE'])[1 + n %% 3], 'cell-' || 1 + n %% 12,
                    'calls of bank.Transfer: 0.25 of them failed (bound: 0.2) within 2 minutes'
                from (select n, %1$d - %2$d::bigint * (%3$d - n) as at from generate_series(1, %3$d) n) of;
                insert into alarm (rule, since, raised_at, told_at, value, phase, severity, object, text)
                select 1 + n %% 6, %1$d - n * 60000, %1$d - n * 60000, %1$d, 25, 'RAISED', 'WARNING',
                    'cell-' || n || ' database', 'the mean time of calls is 1,250 ms (bound: 1,000)'
                from generate_series(1, %4$d) n;
                insert into alarm_notice (rule, channel, made_at, due_at, since, done_at, attempts,
                    ending, severity, object, text)
                select rule, 1, raised_at, raised_at, raised_at, raised_at + 800, 1, false, severity,
                    object, text
                from alarm;
                analyze\
                """
                        .formatted(now, step, ALARMS, RAISED));
    }
}
