package io.feiqian.alarms.channels;

import io.feiqian.telemetry.Alarm;
import java.time.Instant;

/** Notices as tests tell them. */
final class Notices {
    static final Instant SINCE = Instant.parse("2026-01-05T00:00:00.123Z");
    static final Instant AT = Instant.parse("2026-01-05T00:01:00.456Z");
    static final String LINK = "https://console.bank.example/alarms/7?cell=0017&page=2";

    private Notices() {}

    static Notice raised() {
        return of(
                Notice.Kind.RAISED,
                "cell 0017",
                "待处理 confirms wait for 3 minutes: 12 (expected: 0)");
    }

    static Notice of(Notice.Kind kind, String object, String text) {
        return new Notice(
                "waiting/0017/9",
                kind,
                Alarm.Severity.CRITICAL,
                "confirms-wait",
                object,
                text,
                SINCE,
                AT,
                LINK);
    }

    /** The same text wherever a text may stand. */
    static Notice full(String text) {
        return new Notice(
                text,
                Notice.Kind.RAISED,
                Alarm.Severity.WARNING,
                text,
                text,
                text,
                SINCE,
                AT,
                text);
    }
}
