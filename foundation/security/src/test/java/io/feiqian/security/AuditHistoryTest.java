package io.feiqian.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.SettableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people see of an audit trail, and what they are told where somebody changed it. */
class AuditHistoryTest {
    private static final Duration RECHECK = Duration.ofMinutes(1);
    private static final int MANY = 1_000;

    private final Path file;
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-31T10:00:00Z"));
    private final AuditHistory history;

    AuditHistoryTest(@TempDir Path folder) {
        file = folder.resolve("audit.jsonl");
        history = new AuditHistory(file, clock, RECHECK);
    }

    @Test
    void aTrailThatIsNotThereYetIsEmptyAndIntact() {
        assertThat(newest(10))
                .isEqualTo(
                        new AuditHistory.Found(
                                new AuditChain.Intact(AuditHead.NONE), List.of(), 0));
    }

    @Test
    void theNewestComeFirstAndWhatIsOlderIsReachedInSteps() {
        append(1, MANY);
        List<Long> seen = new ArrayList<>();
        AuditHistory.Found found = newest(300);
        seen.addAll(numbers(found));
        while (found.older() > 0) {
            found = history.search(_ -> true, found.older(), 300, MANY);
            seen.addAll(numbers(found));
        }
        List<Long> all = LongStream.rangeClosed(1, MANY).boxed().toList().reversed();
        assertThat(seen).isEqualTo(all);
        assertThat(found.verdict()).isInstanceOf(AuditChain.Intact.class);
    }

    @Test
    void whatIsRareIsFoundByLookingAtSoManyAtATime() {
        append(1, MANY);
        long before = 0;
        List<Long> seen = new ArrayList<>();
        int looks = 0;
        do {
            AuditHistory.Found found =
                    history.search(each -> each.sequence() % 400 == 0, before, 10, 300);
            seen.addAll(numbers(found));
            before = found.older();
            looks++;
        } while (before > 0);
        assertThat(seen).containsExactly(800L, 400L);
        assertThat(looks).isEqualTo(4);
    }

    @Test
    void whatOthersAppendIsSeenAtTheNextLook() throws IOException {
        append(1, 3);
        assertThat(numbers(newest(10))).containsExactly(3L, 2L, 1L);
        append(4, 2);
        Files.writeString(file, "{\"cut short\":", StandardOpenOption.APPEND);
        assertThat(numbers(newest(2))).containsExactly(5L, 4L);
        assertThat(newest(2).verdict()).isInstanceOf(AuditChain.Intact.class);
    }

    @Test
    void aChangedRecordIsNamedAndNothingAfterItIsShown() throws IOException {
        append(1, 600);
        replace("cell-400\"", "cell-999\"");
        AuditHistory.Found found = newest(2);
        assertThat(found.verdict())
                .isEqualTo(new AuditChain.Broken(400, "its content was changed"));
        assertThat(numbers(found)).containsExactly(399L, 398L);
    }

    @Test
    void nothingIsPutBesideWhatTheHashCovers() throws IOException {
        append(1, 3);
        replace("\"time\":\"2026", "\"time\":\"2025");
        assertThat(newest(2).verdict())
                .isEqualTo(new AuditChain.Broken(1, "its content was changed"));
        assertThat(newest(2).records()).isEmpty();
    }

    @Test
    void aChangeToWhatWasVerifiedBeforeShowsWithinTheTime() throws IOException {
        append(1, 600);
        assertThat(newest(2).verdict()).isInstanceOf(AuditChain.Intact.class);
        replace("cell-400\"", "cell-999\"");
        clock.advance(RECHECK.plusMillis(1));
        assertThat(newest(2).verdict())
                .isEqualTo(new AuditChain.Broken(400, "its content was changed"));
    }

    @Test
    void anEndThatWasCutOffShowsToWhoeverSawIt() throws IOException {
        append(1, 5);
        assertThat(numbers(newest(1))).containsExactly(5L);
        Files.write(file, Files.readAllLines(file).subList(0, 3));
        assertThat(newest(1).verdict())
                .isEqualTo(new AuditChain.Broken(5, "not the record that was seen earlier"));
        clock.advance(RECHECK.plusMillis(1));
        assertThat(newest(1).verdict())
                .isEqualTo(new AuditChain.Broken(5, "not the record that was seen earlier"));
    }

    @Test
    void anEndThatWasWrittenAnewShowsToWhoeverSawTheOldOne() throws IOException {
        append(1, 5);
        assertThat(numbers(newest(1))).containsExactly(5L);
        Files.write(file, Files.readAllLines(file).subList(0, 3));
        append(10, 4);
        clock.advance(RECHECK.plusMillis(1));
        assertThat(newest(1).verdict())
                .isEqualTo(new AuditChain.Broken(5, "not the record that was seen earlier"));
    }

    @Test
    void whatIsNoRecordIsNamed() throws IOException {
        append(1, 2);
        Files.writeString(file, "nonsense\n", StandardOpenOption.APPEND);
        assertThat(newest(5).verdict()).isEqualTo(new AuditChain.Broken(3, "it cannot be read"));
        assertThat(numbers(newest(5))).containsExactly(2L, 1L);
    }

    private AuditHistory.Found newest(int atMost) {
        return history.search(_ -> true, 0, atMost, MANY);
    }

    private static List<Long> numbers(AuditHistory.Found found) {
        return found.records().stream().map(AuditRecord::sequence).toList();
    }

    private void append(int first, int count) {
        try (FileAuditTrail trail = FileAuditTrail.open(file, clock)) {
            for (int i = first; i < first + count; i++) {
                trail.append(
                        new AuditEntry(
                                ChangeOrder.of("chen.li", "day end"),
                                "business-date.set",
                                "cell-" + i,
                                Map.of()));
            }
        }
    }

    private void replace(String from, String to) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }
}
