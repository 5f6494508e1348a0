package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.HomeFolder;
import io.feiqian.runtime.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How a console is told to speak TLS: by dev's options and by its file. */
final class ConsoleOverTlsTest {
    @TempDir private Path folder;

    @Test
    void devHandsTheFilesOnToTheConsole() throws Exception {
        HomeFolder home = HomeFolder.prepare(folder);
        SystemPlan plan =
                options("--console-certificate", "/x/a.crt", "--console-key", "/x/a.key")
                        .plan(home);
        assertThat(plan.consoleUrl()).startsWith("https://127.0.0.1:");
        SystemLayout.prepare(home, plan, BankInOneProcess.DAY, "");
        ConsoleRoleConfig told =
                ConfigFiles.read(home.console().resolve("console.json"), ConsoleRoleConfig.TYPE);
        assertThat(told.tlsCertificate()).isEqualTo("/x/a.crt");
        assertThat(told.tlsKey()).isEqualTo("/x/a.key");
        assertThat(options("--console-certificate", "a.crt", "--console-key", "a.key").arguments())
                .as("for a process in another folder")
                .contains(Path.of("a.crt").toAbsolutePath().toString());
        assertThat(options().plan(home).consoleUrl()).startsWith("http://127.0.0.1:");
    }

    @Test
    void oneFileWithoutTheOtherIsRefused() {
        HomeFolder home = HomeFolder.prepare(folder);
        assertThatThrownBy(() -> options("--console-key", "a.key").plan(home))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("one (expected: both or neither)");
        assertThatThrownBy(() -> start("\"tlsKey\": \"a.key\""))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("one file (expected: a certificate and its key, or neither)");
    }

    @Test
    void aConsoleThatCannotBeReachedSafelyDoesNotStart() {
        assertThatThrownBy(() -> start("\"host\": \"0.0.0.0\""))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("0.0.0.0 without TLS (expected: 127.0.0.1");
        assertThatThrownBy(() ->
                        start(
                                "\"host\": \"0.0.0.0\", \"tlsCertificate\": \"%s\", \"tlsKey\": \"b\""
                                        .formatted(folder.resolve("none.crt"))))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("none.crt: not to be read (expected: a file)");
        assertThat(Files.exists(folder.resolve("secrets"))).as("nothing was begun").isFalse();
    }

    private void start(String more) throws Exception {
        String document =
                "{\"port\": 0, \"secretsFolder\": \"%s\", \"auditFile\": \"%s\", %s}"
                        .formatted(folder.resolve("secrets"), folder.resolve("audit"), more);
        try (AutoCloseable _ =
                ConsoleRole.start(ConsoleRoleConfig.TYPE.parse(document), Clock.system())) {
            throw new AssertionError("it started");
        }
    }

    private static PlanOptions options(String... arguments) {
        Options all = new Options();
        List<String> free = new ArrayList<>(List.of(arguments));
        free.addAll(List.of("--ports", "free"));
        var _ = new CommandLine(all).parseArgs(free.toArray(String[]::new));
        return all.plan;
    }

    @Command
    private static final class Options {
        @Mixin private final PlanOptions plan = new PlanOptions();
    }
}
