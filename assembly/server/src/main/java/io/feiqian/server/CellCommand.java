package io.feiqian.server;

import io.feiqian.runtime.Clock;
import picocli.CommandLine.Command;

/** Runs an instance of a cell. */
@Command(
        name = "cell",
        mixinStandardHelpOptions = true,
        description = "Run an instance of a cell from a configuration file (dev starts them).")
final class CellCommand extends RoleCommand<CellConfig> {
    CellCommand() {
        super(
                "cell",
                CellConfig.TYPE,
                CellConfig::name,
                told -> CellRole.start(told, Clock.system()));
    }
}
