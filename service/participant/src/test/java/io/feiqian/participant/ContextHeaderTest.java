package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ContextHeaderTest {
    private static final String OLD = "1 " + "0a".repeat(32);
    private static final String NEW = "2 " + "1b".repeat(32);
    private static final ContextKeys KEYS = ContextKeys.of(OLD);

    private static final BranchContext CONTEXT =
            new BranchContext(
                    new BranchKey(TraceNumber.of(TwoServices.DAY, new Slot(17), 3, 4711), 2, 9),
                    "payments",
                    -42,
                    TwoServices.DAY,
                    Duration.ofMillis(1_500));

    private static void refused(OutcomeCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        assertThat(ContextHeader.read(ContextHeader.write(CONTEXT, KEYS), KEYS)).isEqualTo(CONTEXT);
    }

    @Test
    void noCharacterCanBeChangedByWhoHasNoKey() {
        String header = ContextHeader.write(CONTEXT, KEYS);
        Randomness random = Randomness.seeded(3);
        for (int i = 0; i < header.length(); i++) {
            char other = (char) ('0' + random.nextInt(10));
            String changed = header.substring(0, i) + other + header.substring(i + 1);
            if (!changed.equals(header)) {
                assertThatThrownBy(() -> ContextHeader.read(changed, KEYS))
                        .isInstanceOf(RefusedException.class);
            }
        }
    }

    @Test
    void aHeaderOfAnotherFormIsRefusedWithWhatWasExpected() {
        for (String wrong : new String[] {"", ";", "1;2;3", "x".repeat(5_000), ";".repeat(400)}) {
            refused(OutcomeCode.MALFORMED_CONTEXT, () -> ContextHeader.read(wrong, KEYS));
        }
    }

    @Test
    void aHeaderOfSomebodyWithAnotherKeyIsForged() {
        String header = ContextHeader.write(CONTEXT, ContextKeys.of("1 " + "ff".repeat(32)));
        refused(OutcomeCode.FORGED_CONTEXT, () -> ContextHeader.read(header, KEYS));
    }

    @Test
    void aHeaderWithoutTimeLeftIsExpired() {
        BranchContext late =
                new BranchContext(
                        CONTEXT.key(),
                        CONTEXT.initiator(),
                        CONTEXT.digest(),
                        CONTEXT.businessDate(),
                        Duration.ofSeconds(-3));
        String header = ContextHeader.write(late, KEYS);
        refused(OutcomeCode.DEADLINE_EXPIRED, () -> ContextHeader.read(header, KEYS));
    }

    @Test
    void aNumberThatNoTransactionHasIsRefusedThoughSigned() {
        String text = ContextHeader.write(CONTEXT, KEYS);
        String body = text.substring(0, text.lastIndexOf(';')).replace(";2;9;", ";0;99;");
        refused(
                OutcomeCode.MALFORMED_CONTEXT,
                () -> ContextHeader.read(body + ";" + KEYS.sign(body), KEYS));
    }

    @Test
    void keysAreRotatedWithoutAPause(@TempDir Path folder) throws IOException {
        Path first = Files.writeString(folder.resolve("first"), OLD);
        Path second = Files.writeString(folder.resolve("second"), OLD);
        SettableClock clock = new SettableClock(Instant.EPOCH);
        ContextKeys sender = ContextKeys.in(first, clock);
        ContextKeys receiver = ContextKeys.in(second, clock);
        String before = ContextHeader.write(CONTEXT, sender);

        Files.writeString(second, NEW + "\n" + OLD);
        Files.writeString(first, NEW + "\n" + OLD);
        ContextKeys restarted = ContextKeys.in(first, clock);
        String after = ContextHeader.write(CONTEXT, restarted);

        assertThat(after).isNotEqualTo(before);
        assertThat(ContextHeader.read(before, receiver)).isEqualTo(CONTEXT);
        assertThat(ContextHeader.read(after, receiver)).isEqualTo(CONTEXT);
    }

    @Test
    void aKeyFileThatIsTornOrGoneRefusesAndKeepsWhatWasKnown(@TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), OLD);
        SettableClock clock = new SettableClock(Instant.EPOCH);
        ContextKeys receiver = ContextKeys.in(file, clock);
        String known = ContextHeader.write(CONTEXT, KEYS);
        String unknown = ContextHeader.write(CONTEXT, ContextKeys.of(NEW));

        for (String torn : new String[] {"", "2 1b1b", OLD.substring(0, 40)}) {
            Files.writeString(file, torn);
            clock.advance(Duration.ofSeconds(2));
            refused(OutcomeCode.FORGED_CONTEXT, () -> ContextHeader.read(unknown, receiver));
            assertThat(ContextHeader.read(known, receiver)).isEqualTo(CONTEXT);
        }
        Files.delete(file);
        clock.advance(Duration.ofSeconds(2));
        refused(OutcomeCode.FORGED_CONTEXT, () -> ContextHeader.read(unknown, receiver));
        assertThat(ContextHeader.read(known, receiver)).isEqualTo(CONTEXT);

        Files.writeString(file, NEW + "\n" + OLD);
        clock.advance(Duration.ofSeconds(2));
        assertThat(ContextHeader.read(unknown, receiver)).isEqualTo(CONTEXT);
    }

    @Test
    void noKeyIsEverShown() {
        assertThat(KEYS.toString()).isEqualTo("keys [1]");
        assertThatThrownBy(() -> ContextKeys.of("1 secretsecret"))
                .hasMessageNotContaining("secretsecret");
    }
}
