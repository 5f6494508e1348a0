package io.feiqian.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.cli.ExitStatus;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ConformanceCommandTest {
    private static final String OPEN = first(Verdict.OPEN);
    private static final String TESTED = first(Verdict.TEST);

    @Test
    void anOpenRowFailsUnlessItIsExceptedByItsWholeId() {
        assertThat(run("--ids", OPEN, "--fail-open")).isEqualTo(ExitStatus.FAILED.code());
        assertThat(run("--ids", OPEN)).isEqualTo(ExitStatus.OK.code());
        assertThat(run("--ids", OPEN, "--fail-open", "--except", OPEN))
                .isEqualTo(ExitStatus.OK.code());
    }

    @Test
    void anExceptionLetsNoOtherRowBeOpen() {
        assertThat(run("--ids", OPEN + "," + TESTED, "--fail-open", "--except", TESTED))
                .isEqualTo(ExitStatus.FAILED.code());
    }

    @Test
    void anExceptionThatNamesNoPrintedRowIsRefused() {
        assertThat(run("--ids", OPEN, "--fail-open", "--except", "P6"))
                .isEqualTo(ExitStatus.USAGE.code());
    }

    private static int run(String... arguments) {
        List<Object> commands = new ConformanceCommands().commands();
        return new CommandLine(commands.getFirst()).execute(arguments);
    }

    private static String first(Verdict verdict) {
        return Register.shipped().rows().stream()
                .filter(row -> row.verdict() == verdict)
                .filter(row -> Register.shipped().under(List.of(row.id())).size() == 1)
                .map(Row::id)
                .findFirst()
                .orElseThrow();
    }
}
