package io.feiqian.alarms;

import io.feiqian.alarms.channels.ChannelConfig;
import io.feiqian.alarms.channels.Channels;
import io.feiqian.alarms.channels.NotDelivered;
import io.feiqian.alarms.channels.Notice;
import io.feiqian.runtime.Clock;
import io.feiqian.security.spi.PersonalData;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.telemetry.Alarm.Severity;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What operators see of alarms and do about them (B6.4-f). The rules are looked at by {@link
 * AlarmService}, which need not run here. Thread-safe; every method ends within some seconds, and
 * refuses with {@code DATABASE_UNAVAILABLE} where the database does not answer.
 */
public final class Alarms implements AutoCloseable {
    private static final int MOST_NOTICES = 100;
    private static final int LONGEST_NOTE = 500;

    private final AlarmDatabase database;
    private final ChannelBook channels;
    private final Channels ways;
    private final Clock clock;

    /** Of this database, which need not be there yet, nor what is known of it. */
    public Alarms(Supplier<DatabaseConfig> database, PersonalData seal, Clock clock) {
        this.database = new AlarmDatabase(database);
        this.channels = new ChannelBook(seal);
        this.ways = new Channels(clock);
        this.clock = clock;
    }

    /** What is raised now, the gravest first, at most 500. */
    public List<AlarmLine> raised() {
        return database.transaction(sql -> AlarmBook.raised(sql, now()));
    }

    /** What was raised in between, milliseconds since 1970, the newest first, at most 500. */
    public List<AlarmLine> history(long from, long to) {
        return database.transaction(sql -> AlarmBook.history(sql, from, to, now()));
    }

    /** Every rule, by name. */
    public List<Rule> rules() {
        return database.transaction(RuleBook::all);
    }

    /** Every channel, by name. */
    public List<ChannelLine> channels() {
        return database.transaction(ChannelBook::all);
    }

    /** The newest notices, at most 100. */
    public List<NoticeLine> notices() {
        return database.transaction(sql -> NoticeBook.newest(sql, MOST_NOTICES));
    }

    /** Silences that last. */
    public List<Silence> silences() {
        return database.query(
                "select id, coalesce(rule, 0), object, begun_at, until, reason, begun_by"
                        + " from alarm_silence where until > ? order by until limit 200",
                statement -> statement.setLong(1, now()),
                row ->
                        new Silence(
                                row.getLong(1),
                                row.getLong(2),
                                row.getString(3),
                                row.getLong(4),
                                row.getLong(5),
                                row.getString(6),
                                row.getString(7)));
    }

    /** An operator takes a raised alarm on; the first one counts. */
    public void acknowledge(long id, String user, String note) {
        requireNote(note);
        int changed =
                database.change(
                        "update alarm set acknowledged_at = ?, acknowledged_by = ?,"
                                + " acknowledgement = ?"
                                + " where id = ? and phase in ('RAISED', 'ENDING') and acknowledged_at is null",
                        statement -> {
                            statement.setLong(1, now());
                            statement.setString(2, user);
                            statement.setString(3, note);
                            statement.setLong(4, id);
                        });
        requireOne(
                changed, "alarm: not raised, or acknowledged already (expected: one that waits)");
    }

    /**
     * An operator says that a raised alarm is over, such as that of a process that will not come
     * back. It is raised again where its rule finds so.
     */
    public void end(long id, String user, String note) {
        requireNote(note);
        int changed =
                database.change(
                        "update alarm set phase = 'ENDED', since = ?, ended_at = ?, end_told_at = 0,"
                                + " acknowledged_at = ?, acknowledged_by = ?, acknowledgement = ?"
                                + " where id = ? and phase in ('RAISED', 'ENDING')",
                        statement -> {
                            statement.setLong(1, now());
                            statement.setLong(2, now());
                            statement.setLong(3, now());
                            statement.setString(4, user);
                            statement.setString(5, note);
                            statement.setLong(6, id);
                        });
        requireOne(changed, "alarm: not raised (expected: one that is)");
    }

    /** Keeps notices back for so long from now. */
    public void silence(long rule, String object, Duration length, String user, String reason) {
        long now = now();
        Silence silence = new Silence(0, rule, object, now, now + length.toMillis(), reason, user);
        var _ =
                database.change(
                        "insert into alarm_silence (rule, object, begun_at, until, reason, begun_by)"
                                + " values (nullif(?, 0), ?, ?, ?, ?, ?)",
                        statement -> {
                            statement.setLong(1, silence.rule());
                            statement.setString(2, silence.object());
                            statement.setLong(3, silence.begunAt());
                            statement.setLong(4, silence.until());
                            statement.setString(5, silence.reason());
                            statement.setString(6, silence.begunBy());
                        });
    }

    /** Ends a silence now. */
    public void endSilence(long id) {
        int changed =
                database.change(
                        "update alarm_silence set until = ? where id = ? and until > ?",
                        statement -> {
                            statement.setLong(1, now());
                            statement.setLong(2, id);
                            statement.setLong(3, now());
                        });
        requireOne(changed, "silence: over, or unknown (expected: one that lasts)");
    }

    /** Adds a rule, or replaces the one with its number; its number. */
    public long save(Rule rule, String user) {
        return database.transaction(sql -> RuleBook.save(sql, rule, now(), user));
    }

    /** Adds a channel; its number. */
    public long addChannel(String name, ChannelConfig config, String user) {
        return database.transaction(sql -> channels.add(sql, name, config, now(), user));
    }

    /** Switches a channel on or off. */
    public void enableChannel(long id, boolean enabled, String user) {
        database.transaction(sql -> {
            ChannelBook.enable(sql, id, enabled, now(), user);
            return id;
        });
    }

    /** Sends a notice that nothing is the matter, now; empty, or why it was not taken. */
    public Optional<String> test(long id, String user) {
        ChannelConfig config =
                database.transaction(sql -> channels.config(sql, id))
                        .orElseThrow(ChannelBook::unknown);
        Instant at = clock.now();
        try {
            ways.open(config)
                    .send(
                            new Notice(
                                    "feiqian-test-" + id + "-" + at.toEpochMilli(),
                                    Notice.Kind.TEST,
                                    Severity.NOTICE,
                                    "test",
                                    "a test by " + user,
                                    "Nothing is the matter.",
                                    at,
                                    at,
                                    ""));
            return Optional.empty();
        } catch (NotDelivered refused) {
            return Optional.of(String.valueOf(refused.getMessage()));
        }
    }

    private long now() {
        return clock.now().toEpochMilli();
    }

    private static void requireNote(String note) {
        if (note.isBlank() || note.length() > LONGEST_NOTE) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, "note: (expected: 1 to 500 characters)");
        }
    }

    private static void requireOne(int changed, String message) {
        if (changed != 1) {
            throw new RefusedException(OutcomeCode.INVALID_TEXT, message);
        }
    }

    @Override
    public void close() {
        ways.close();
        database.close();
    }
}
