package io.feiqian.server;

import io.feiqian.cli.CellOperations;
import io.feiqian.cli.ExitStatus;
import io.feiqian.runtime.Clock;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Runs an instance of a cell. */
@Command(
        name = "cell",
        mixinStandardHelpOptions = true,
        description = {
            "Show cells, slots and instances; drain, resume, stop and start instances.",
            "With --config: run an instance from a configuration file (dev starts them)."
        })
final class CellCommand extends RoleCommand<CellConfig> {
    CellCommand() {
        super(
                "cell",
                CellConfig.TYPE,
                CellConfig::name,
                told -> CellRole.start(told, Clock.system(), CellCommand::end));
    }

    /** This and what operators do about cells, under one name. */
    static CommandLine withOperations() {
        CommandLine line = new CommandLine(new CellCommand());
        CellOperations.commands().forEach(line::addSubcommand);
        return line;
    }

    /** By the way that a signal takes, once the answer to who wanted it is on its way. */
    private static void end() {
        Thread.ofPlatform()
                .name("ended-by-operator")
                .start(() -> Runtime.getRuntime().exit(ExitStatus.OK.code()));
    }
}
