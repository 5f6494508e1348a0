package io.feiqian.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.SettableClock;
import io.feiqian.security.spi.AuditTrail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditTrailTest {
    private static final ChangeOrder ORDER = ChangeOrder.of("chen.li", "day end, \"二\"");

    private final Path file;
    private final SettableClock clock =
            new SettableClock(Instant.parse("2026-01-31T10:00:00.123456Z"));

    AuditTrailTest(@TempDir Path folder) {
        this.file = folder.resolve("audit.jsonl");
    }

    @Test
    void whatWasAppendedIsReadBackAlsoAfterARestart() {
        List<AuditRecord> written = append(3);
        try (FileAuditTrail trail = FileAuditTrail.open(file, clock)) {
            assertThat(trail.read(1, 10)).isEqualTo(written);
            assertThat(trail.read(2, 1)).containsExactly(written.get(1));
            assertThat(trail.append(entry("later")).sequence()).isEqualTo(4);
            assertThat(AuditChain.verify(trail, written.get(2).head()).isIntact()).isTrue();
        }
        assertThat(written.getFirst().at()).isEqualTo(Instant.parse("2026-01-31T10:00:00.123Z"));
        assertThat(written.getFirst().previousHash()).isEqualTo("0".repeat(64));
    }

    @Test
    void anEmptyTrailIsIntact() {
        try (FileAuditTrail trail = FileAuditTrail.open(file, clock)) {
            assertThat(AuditChain.verify(trail, AuditHead.NONE))
                    .isEqualTo(new AuditChain.Intact(AuditHead.NONE));
        }
    }

    @Test
    void changingAnyFieldOfAnyRecordShows() throws IOException {
        append(3);
        List<String> lines = Files.readAllLines(file);
        Map<String, String> changes = new TreeMap<>();
        changes.put("chen.li", "chen.lo");
        changes.put("day end", "day off");
        changes.put("business-date.set", "business-date.get");
        changes.put("\"cell-", "\"call-");
        changes.put("\"to\":\"2026", "\"to\":\"2027");
        changes.put("\"details\":{", "\"details\":{\"added\":\"x\",");
        changes.put("\"at\":17", "\"at\":18");
        changes.put("\"hash\":\"", "\"hash\":\"0");
        changes.put("\"previous\":\"", "\"previous\":\"0");
        changes.forEach((from, to) -> {
            for (int i = 0; i < lines.size(); i++) {
                List<String> forged = new ArrayList<>(lines);
                forged.set(i, lines.get(i).replace(from, to));
                assertThat(forged).as(from).isNotEqualTo(lines);
                assertBroken(forged, i + 1);
            }
        });
    }

    @Test
    void droppingInsertingAndReorderingRecordsShows() throws IOException {
        append(4);
        List<String> lines = Files.readAllLines(file);
        assertBroken(lines.subList(1, 4), 1);
        List<String> dropped = new ArrayList<>(lines);
        dropped.remove(2);
        assertBroken(dropped, 3);
        List<String> swapped = new ArrayList<>(lines);
        Collections.swap(swapped, 1, 2);
        assertBroken(swapped, 2);
        List<String> twice = new ArrayList<>(lines);
        twice.add(1, lines.get(1));
        assertBroken(twice, 3);
    }

    @Test
    void cuttingOffTheEndShowsToWhoeverKeptAHead() throws IOException {
        List<AuditRecord> written = append(3);
        Files.write(file, Files.readAllLines(file).subList(0, 2));
        try (FileAuditTrail trail = FileAuditTrail.open(file, clock)) {
            assertThat(AuditChain.verify(trail, written.get(1).head()).isIntact()).isTrue();
            assertThat(AuditChain.verify(trail, written.get(2).head()))
                    .isInstanceOf(AuditChain.Broken.class);
        }
    }

    @Test
    void aLineThatACrashCutShortIsNotARecordAndTheNextAppendGoesOn() throws IOException {
        List<AuditRecord> written = append(2);
        Files.writeString(file, "{\"sequence\":3,\"at\":17", StandardOpenOption.APPEND);
        try (FileAuditTrail trail = FileAuditTrail.open(file, clock)) {
            assertThat(trail.read(1, 10)).isEqualTo(written);
            assertThat(trail.append(entry("third")).sequence()).isEqualTo(3);
            assertThat(AuditChain.verify(trail, AuditHead.NONE).isIntact()).isTrue();
        }
    }

    @Test
    void twoWhoAppendMakeOneChain() {
        try (FileAuditTrail one = FileAuditTrail.open(file, clock);
                FileAuditTrail two = FileAuditTrail.open(file, clock)) {
            one.append(entry("a"));
            two.append(entry("b"));
            one.append(entry("c"));
            assertThat(AuditChain.verify(two, AuditHead.NONE).isIntact()).isTrue();
            assertThat(two.read(1, 10).stream().map(r -> r.entry().subject()))
                    .containsExactly("a", "b", "c");
        }
    }

    private List<AuditRecord> append(int count) {
        List<AuditRecord> written = new ArrayList<>();
        try (FileAuditTrail trail = FileAuditTrail.open(file, clock)) {
            for (int i = 1; i <= count; i++) {
                written.add(trail.append(entry("cell-" + i)));
                clock.advance(Duration.ofSeconds(1));
            }
        }
        return written;
    }

    private void assertBroken(List<String> lines, long sequence) {
        try {
            Files.write(file, lines);
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
        try (FileAuditTrail forged = FileAuditTrail.open(file, clock)) {
            assertThat(AuditChain.verify((AuditTrail) forged, AuditHead.NONE))
                    .isInstanceOfSatisfying(
                            AuditChain.Broken.class,
                            broken -> assertThat(broken.sequence()).isEqualTo(sequence));
        }
    }

    private static AuditEntry entry(String subject) {
        return new AuditEntry(
                ORDER,
                "business-date.set",
                subject,
                Map.of("from", "2026-01-30", "to", "2026-01-31"));
    }
}
