package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Clock;
import io.feiqian.security.AuditChain;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.AuditHead;
import io.feiqian.security.AuditRecord;
import io.feiqian.security.FileAuditTrail;
import io.feiqian.security.spi.AuditTrail;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is done is on record before, or it is not done; and what is on record stays as it is. */
@Timeout(120)
final class AuditFirstTest {
    /** The device that every Linux has for this: a file on a disk that has no room. */
    private static final Path FULL = Path.of("/dev/full");

    @TempDir private Path folder;

    @Test
    void onAFullDiskNothingIsDoneAndPagesAreStillShown() throws Exception {
        AtomicBoolean full = new AtomicBoolean();
        try (FileAuditTrail nowhere = FileAuditTrail.open(FULL, Clock.system());
                RunningConsole console =
                        RunningConsole.recording(folder, it -> new FillsUp(it, nowhere, full));
                Visitor admin = console.admin();
                Visitor stranger = console.visitor()) {
            String before = Files.readString(console.users());
            full.set(true);

            for (HttpResponse<String> refused :
                    List.of(
                            admin.change("/users", "name", "nobody", "role", "VIEWER"),
                            admin.choose(RunningConsole.OWN, "brown Fox 0815 over"),
                            admin.change(
                                    "/password/tokens",
                                    "name",
                                    "x",
                                    "password",
                                    RunningConsole.OWN),
                            stranger.signIn("admin", RunningConsole.OWN))) {
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.body())
                        .contains(
                                "AUDIT_UNAVAILABLE (4011)",
                                "audit trail: cannot be written, nothing was done",
                                "expected: room on the disk");
            }
            assertThat(Files.readString(console.users())).as("nothing was done").isEqualTo(before);
            assertThat(stranger.isIn()).isFalse();
            for (String page : List.of("/", "/transactions", "/ledger", "/cells", "/users")) {
                assertThat(admin.get(page).statusCode()).as(page).isEqualTo(200);
            }

            full.set(false);
            assertThat(admin.change("/users", "name", "somebody", "role", "VIEWER").statusCode())
                    .as("once there is room")
                    .isEqualTo(303);
            assertThat(console.audit()).contains("somebody").doesNotContain("nobody");
            assertThat(verdict().isIntact()).isTrue();
        }
    }

    @Test
    void whatIsOnRecordCannotBeChangedUnseen() throws Exception {
        AuditHead known;
        try (RunningConsole console = RunningConsole.over(folder)) {
            console.add("somebody", "VIEWER");
            console.add("another", "OPERATOR");
            AuditChain.Verdict intact = verdict();
            assertThat(intact).isInstanceOf(AuditChain.Intact.class);
            known = ((AuditChain.Intact) intact).head();
        }
        Path file = folder.resolve("audit.jsonl");
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            List<String> other = new ArrayList<>(lines);
            other.set(
                    i, lines.get(i).replaceFirst("\"operator\":\"admin\"", "\"operator\":\"eve\""));
            Files.write(file, other);
            assertThat(verdict().isIntact()).as("line %d of another", i + 1).isFalse();
            other.remove(i);
            Files.write(file, other);
            assertThat(AuditChain.verify(trail(), known).isIntact())
                    .as("without line %d", i + 1)
                    .isFalse();
        }
    }

    private AuditChain.Verdict verdict() {
        return AuditChain.verify(trail(), AuditHead.NONE);
    }

    private FileAuditTrail trail() {
        return FileAuditTrail.open(folder.resolve("audit.jsonl"), Clock.system());
    }

    /** A trail whose disk becomes full. */
    private static final class FillsUp implements AuditTrail {
        private final AuditTrail room;
        private final AuditTrail none;
        private final AtomicBoolean full;

        FillsUp(AuditTrail room, AuditTrail none, AtomicBoolean full) {
            this.room = room;
            this.none = none;
            this.full = full;
        }

        @Override
        public AuditRecord append(AuditEntry entry) {
            return (full.get() ? none : room).append(entry);
        }

        @Override
        public List<AuditRecord> read(long fromSequence, int atMost) {
            return room.read(fromSequence, atMost);
        }
    }
}
