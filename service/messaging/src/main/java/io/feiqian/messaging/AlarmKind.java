package io.feiqian.messaging;

import io.feiqian.telemetry.Alarm.Severity;

/** Why messages call an operator. */
public enum AlarmKind {
    /** A consumer refused a message too often: its key waits for an operator. */
    MESSAGE_DEAD("message-dead", Severity.CRITICAL),
    /** A message was delivered in vain often; it goes on being delivered. */
    MESSAGE_UNDELIVERED("message-undelivered", Severity.WARNING),
    /** Numbers contradict each other: the key is left alone until somebody has looked. */
    MESSAGE_CONTRADICTION("message-contradiction", Severity.CRITICAL);

    private final String alarmName;
    private final Severity severity;

    AlarmKind(String alarmName, Severity severity) {
        this.alarmName = alarmName;
        this.severity = severity;
    }

    /** The stable name of the alarm event. */
    public String alarmName() {
        return alarmName;
    }

    /** How soon somebody has to look. */
    public Severity severity() {
        return severity;
    }
}
