package io.feiqian.realdata;

import io.feiqian.runtime.Clock;
import java.io.PrintStream;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Locale;

/** Tells people how far a load has come, a line per month of the data. Thread-safe. */
final class Progress {
    private static final long NANOS = 1_000_000_000L;

    private final PrintStream out;
    private final Clock clock;
    private final int total;
    private final long begun;
    private YearMonth month = YearMonth.of(1, 1);
    private int posted;

    Progress(PrintStream out, Clock clock, int total) {
        this.out = out;
        this.clock = clock;
        this.total = total;
        this.begun = clock.nanos();
    }

    /** One more row of this day is posted. */
    synchronized void posted(LocalDate day) {
        posted++;
        YearMonth now = YearMonth.from(day);
        if (!now.equals(month)) {
            month = now;
            print();
        }
    }

    /** The time since the beginning. */
    double seconds() {
        return (double) (clock.nanos() - begun) / NANOS;
    }

    private void print() {
        out.println(
                String.format(
                        Locale.ROOT,
                        "%s  %,d of %,d transactions, %.0f s",
                        month,
                        posted,
                        total,
                        seconds()));
    }
}
