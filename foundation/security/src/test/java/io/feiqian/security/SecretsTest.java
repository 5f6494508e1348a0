package io.feiqian.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
    private final Path home;
    private final Secrets secrets;

    SecretsTest(@TempDir Path folder) {
        this.home = folder.resolve("home");
        this.secrets = Secrets.in(home, Randomness.secure());
    }

    @Test
    void aSecretIsMadeOnceForItsOwnerAlone() throws IOException {
        String password = secrets.obtain("database-password");
        assertThat(password).matches("[0-9a-f]{64}");
        assertThat(secrets.obtain("database-password")).isEqualTo(password);
        assertThat(Secrets.in(home, Randomness.secure()).find("database-password"))
                .contains(password);
        assertThat(secrets.obtain("other")).isNotEqualTo(password);
        assertThat(permissions(secrets.file("database-password"))).isEqualTo("rw-------");
        assertThat(permissions(home)).isEqualTo("rwx------");
        assertThat(secrets.find("absent")).isEmpty();
    }

    @Test
    void ofThoseWhoChangeASecretAtTheSameMomentNobodyTakesBackAnothersChange() throws Exception {
        var _ = secrets.create("counter", "0");
        Process other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home", ""), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path", ""),
                                CountingProcess.class.getName(),
                                home.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var told = other.inputReader();
                var starting = other.outputWriter()) {
            assertThat(told.readLine()).isEqualTo("ready");
            starting.write("go\n");
            starting.flush();
            List<Thread> threads =
                    IntStream.range(0, 2)
                            .mapToObj(_ ->
                                    Thread.ofPlatform().start(() -> CountingProcess.count(home)))
                            .toList();
            threads.forEach(SecretsTest::join);
            assertThat(told.readLine()).isEqualTo("done");
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(secrets.find("counter")).contains(Integer.toString(3 * CountingProcess.TIMES));
        assertThat(permissions(secrets.file("counter.lock"))).isEqualTo("rw-------");
    }

    @Test
    void aChangeWithinAChangeIsRefusedAndAFailureLetsGo() {
        assertThatIllegalStateException()
                .isThrownBy(() -> secrets.alone("a", () -> secrets.alone("b", () -> "never")))
                .withMessageContaining("within another change");
        assertThat(secrets.alone("a", () -> "done")).isEqualTo("done");
    }

    @Test
    void ofManyWhoMakeTheSameSecretAllGetOne() {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        List<Thread> threads =
                IntStream.range(0, 8)
                        .mapToObj(_ ->
                                Thread.ofPlatform().start(() -> seen.add(secrets.obtain("shared"))))
                        .toList();
        threads.forEach(SecretsTest::join);
        assertThat(seen).hasSize(1);
        try (Stream<Path> files = Files.list(home)) {
            assertThat(files.map(f -> String.valueOf(f.getFileName()))).containsExactly("shared");
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @Test
    void aSecretThatOthersCouldReadIsRefused() throws IOException {
        secrets.obtain("token");
        Files.setPosixFilePermissions(
                secrets.file("token"), PosixFilePermissions.fromString("rw-r-----"));
        assertThatIllegalStateException()
                .isThrownBy(() -> secrets.obtain("token"))
                .withMessageContaining("rw-r----- (expected: rw-------)");
    }

    @Test
    void anEmptySecretAndANameThatLeavesTheFolderAreRefused() throws IOException {
        Files.writeString(secrets.file("empty"), "\n");
        Files.setPosixFilePermissions(
                secrets.file("empty"), PosixFilePermissions.fromString("rw-------"));
        assertThatIllegalStateException().isThrownBy(() -> secrets.find("empty"));
        assertThatIllegalArgumentException().isThrownBy(() -> secrets.obtain("../x"));
    }

    @Test
    void theAdminTokenMatchesItselfAndIsNeverShownByAccident() {
        assertThat(AdminToken.find(secrets)).isEmpty();
        AdminToken token = AdminToken.obtain(secrets);
        assertThat(AdminToken.find(secrets).orElseThrow().reveal()).isEqualTo(token.reveal());
        assertThat(token.matches(token.reveal())).isTrue();
        assertThat(token.matches("")).isFalse();
        assertThat(token.matches(token.reveal().substring(1))).isFalse();
        assertThat(token.toString()).doesNotContain(token.reveal());
    }

    @Test
    void aChangeNeedsAnOperatorAndAReason() {
        ChangeOrder order = ChangeOrder.of(" chen.li ", " year end ");
        assertThat(order.operator().name()).isEqualTo("chen.li");
        assertThat(order.reason()).isEqualTo("year end");
        refused(OutcomeCode.OPERATOR_REQUIRED, "", "why");
        refused(OutcomeCode.OPERATOR_REQUIRED, "\u3000 ", "why");
        refused(OutcomeCode.OPERATOR_REQUIRED, "who", "\t");
        refused(OutcomeCode.INVALID_TEXT, "who\nelse", "why");
        refused(OutcomeCode.INVALID_TEXT, "who", "a\u0000b");
        refused(OutcomeCode.INVALID_TEXT, "w".repeat(65), "why");
        refused(OutcomeCode.INVALID_TEXT, "who", "w".repeat(501));
    }

    private static void refused(OutcomeCode code, String operator, String reason) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> ChangeOrder.of(operator, reason))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
