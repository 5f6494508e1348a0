package io.feiqian.demonstration;

import io.feiqian.cli.ExitStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code feiqian demo}: the demonstrations. */
@Command(
        name = "demo",
        description = "Shows on real databases what a guarantee is worth.",
        subcommands = {AtomicityCommand.class})
final class DemoCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        CommandLine line = spec.commandLine();
        line.usage(line.getErr());
        return ExitStatus.USAGE.code();
    }
}
