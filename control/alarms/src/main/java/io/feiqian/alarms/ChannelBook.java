package io.feiqian.alarms;

import io.feiqian.alarms.AlarmDatabase.Sql;
import io.feiqian.alarms.channels.ChannelConfig;
import io.feiqian.alarms.channels.ChannelJson;
import io.feiqian.security.spi.PersonalData;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The channels on record. How to reach them is encrypted: it holds passwords, tokens and people's
 * addresses.
 */
final class ChannelBook {
    private static final int MOST = 100;
    private static final String PLACE = "alarm_channel.sealed/";

    private final PersonalData seal;

    ChannelBook(PersonalData seal) {
        this.seal = seal;
    }

    static List<ChannelLine> all(Sql sql) throws SQLException {
        return sql.query(
                "select id, name, shown, enabled from alarm_channel order by name",
                it -> {},
                row ->
                        new ChannelLine(
                                row.getLong(1),
                                row.getString(2),
                                row.getString(3),
                                row.getBoolean(4)));
    }

    long add(Sql sql, String name, ChannelConfig config, long nowMillis, String user)
            throws SQLException {
        if (name.isBlank() || name.length() > 80 || name.indexOf('\0') >= 0) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, "name: (expected: 1 to 80 characters)");
        }
        return sql.one(
                        """
                        insert into alarm_channel (name, shown, enabled, changed_at, changed_by, sealed)
                        select ?, ?, true, ?, ?, ? where (select count(*) from alarm_channel) < ?
                        returning id\
                        """,
                        statement -> {
                            statement.setString(1, name);
                            statement.setString(2, config.describe());
                            statement.setLong(3, nowMillis);
                            statement.setString(4, user);
                            statement.setBytes(
                                    5, seal.encrypt(ChannelJson.write(config), PLACE + name));
                            statement.setInt(6, MOST);
                        },
                        row -> row.getLong(1))
                .orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.INVALID_TEXT,
                                "channels: " + MOST + " (expected: fewer)"));
    }

    static void enable(Sql sql, long id, boolean enabled, long nowMillis, String user)
            throws SQLException {
        int changed =
                sql.change(
                        "update alarm_channel set enabled = ?, changed_at = ?, changed_by = ?"
                                + " where id = ?",
                        statement -> {
                            statement.setBoolean(1, enabled);
                            statement.setLong(2, nowMillis);
                            statement.setString(3, user);
                            statement.setLong(4, id);
                        });
        if (changed == 0) {
            throw unknown();
        }
    }

    /** How to reach one; empty where it was switched off. */
    Optional<ChannelConfig> config(Sql sql, long id) throws SQLException {
        return sql.one(
                        "select sealed, name from alarm_channel where id = ? and enabled",
                        statement -> statement.setLong(1, id),
                        row -> seal.decrypt(row.getBytes(1), PLACE + row.getString(2)))
                .map(ChannelJson::read);
    }

    static RefusedException unknown() {
        return new RefusedException(
                OutcomeCode.INVALID_TEXT, "channel: unknown, or off (expected: one of the list)");
    }
}
