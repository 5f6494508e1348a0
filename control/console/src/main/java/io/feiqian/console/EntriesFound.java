package io.feiqian.console;

import io.feiqian.bank.contract.FindEntriesResponse;
import io.feiqian.bank.contract.FoundEntry;
import io.feiqian.bank.contract.JournalRecord;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;

/**
 * Journal entries of an amount within a time.
 *
 * @param asked what was looked for
 * @param silent the cells that said nothing, or not in time
 * @param lines the newest first
 */
public record EntriesFound(Asked asked, List<String> silent, List<Line> lines) {
    /** Copies the lists. */
    public EntriesFound {
        silent = List.copyOf(silent);
        lines = List.copyOf(lines);
    }

    /** An entry in a cell. */
    public record Line(String trace, String cell, JournalRecord entry) {}

    /**
     * What is looked for.
     *
     * @param amount as it was typed
     * @param from as it was typed: UTC, such as {@code 2026-03-02T09:00}
     * @param minutes from then on
     */
    public record Asked(String amount, String from, int minutes) {
        /** Nothing yet. */
        public static final Asked NOTHING = new Asked("", "", 60);

        static Asked of(Visit visit) {
            return new Asked(
                    visit.query("amount").strip(),
                    visit.query("from").strip(),
                    Math.clamp(visit.queryNumber("minutes", 60), 1, 10_080));
        }

        long fromMillis() {
            try {
                return LocalDateTime.parse(from).toInstant(ZoneOffset.UTC).toEpochMilli();
            } catch (DateTimeException unreadable) {
                throw new RefusedException(
                        OutcomeCode.INVALID_TEXT,
                        "from: unreadable (expected: such as 2026-03-02T09:00, in UTC)");
            }
        }

        long toMillis() {
            return fromMillis() + minutes * 60_000L;
        }
    }

    static EntriesFound of(Asked asked, Cells.Said<FindEntriesResponse> said) {
        return new EntriesFound(
                asked,
                said.silent(),
                said.answers().stream()
                        .flatMap(each ->
                                each.getEntriesList().stream()
                                        .map(entry -> line(each.getCell(), entry)))
                        .sorted(
                                Comparator.comparingLong(
                                                (Line line) -> line.entry().getPostedAtMillis())
                                        .reversed())
                        .toList());
    }

    private static Line line(String cell, FoundEntry found) {
        return new Line(found.getTraceNumber(), cell, found.getEntry());
    }
}
