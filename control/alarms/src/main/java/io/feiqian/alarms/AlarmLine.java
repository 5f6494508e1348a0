package io.feiqian.alarms;

import io.feiqian.telemetry.Alarm.Severity;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An alarm as operators see it. Times are milliseconds since 1970, 0 for never.
 *
 * @param id its number
 * @param rule the number of its rule
 * @param name the name of its rule
 * @param severity how soon somebody has to look
 * @param object what it is about
 * @param value what was seen last
 * @param text what else is known
 * @param raised whether it is still so
 * @param raisedAt since when
 * @param endedAt when it was over
 * @param toldAt when notices about it were made; 0 where it is silenced or they wait for others
 * @param acknowledgedAt when an operator took it on
 * @param acknowledgedBy who
 * @param acknowledgement what they said
 * @param silenced whether a silence keeps notices back now
 */
public record AlarmLine(
        long id,
        long rule,
        String name,
        Severity severity,
        String object,
        double value,
        String text,
        boolean raised,
        long raisedAt,
        long endedAt,
        long toldAt,
        long acknowledgedAt,
        String acknowledgedBy,
        String acknowledgement,
        boolean silenced) {
    private static final Pattern TRACE = Pattern.compile("transaction ([0-9]{33})$");

    /** The transaction that it is about; empty where it is about none. */
    public String trace() {
        Matcher found = TRACE.matcher(object);
        return found.find() ? found.group(1) : "";
    }
}
