package io.feiqian.telemetry.spi;

import io.feiqian.telemetry.Alarm;

/**
 * The port through which alarms leave a process. Thread-safe; never blocks for long and never
 * throws, since whoever raises an alarm is in trouble already.
 */
@FunctionalInterface
public interface AlarmEvents {
    /** Raises an alarm. */
    void raise(Alarm alarm);

    /** Raises an alarm that concerns no single transaction. */
    default void raise(Alarm.Severity severity, String name, String detail) {
        raise(Alarm.of(severity, name, detail));
    }
}
