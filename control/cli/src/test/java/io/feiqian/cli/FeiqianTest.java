package io.feiqian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

final class FeiqianTest {
    private final StringWriter errors = new StringWriter();

    private CommandLine line() {
        CommandLine line = Feiqian.commandLine();
        line.addSubcommand(new Failing());
        // Sub-commands take over the handlers of their parent when they are set.
        line.setErr(new PrintWriter(errors, true));
        line.setExecutionExceptionHandler(line.getExecutionExceptionHandler());
        return line;
    }

    @Test
    void aWrongCommandIsAUsageErrorThatNamesTheNearestOne() {
        assertThat(line().execute("failin")).isEqualTo(ExitStatus.USAGE.code());
        assertThat(errors.toString()).contains("failin").contains("Did you mean");
    }

    @Test
    void aFailureIsTwoLinesWithoutAStackTrace() {
        assertThat(line().execute("failing")).isEqualTo(ExitStatus.NOT_RUNNING.code());
        assertThat(errors.toString().lines())
                .containsExactly("feiqian: the door is shut", "Knock.");
    }

    @Test
    void helpNamesEveryExitCode() {
        StringWriter help = new StringWriter();
        line().usage(new PrintWriter(help, true));
        Arrays.stream(ExitStatus.values())
                .forEach(status -> assertThat(help.toString()).contains(status.meaning()));
    }

    @Test
    void exitCodesAreAllDifferent() {
        assertThat(Arrays.stream(ExitStatus.values()).map(ExitStatus::code))
                .doesNotHaveDuplicates();
    }

    @Command(name = "failing")
    private static final class Failing implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Override
        public Integer call() {
            throw new CommandFailure(
                    ExitStatus.NOT_RUNNING, "the door is shut", common.json() ? "" : "Knock.");
        }
    }
}
