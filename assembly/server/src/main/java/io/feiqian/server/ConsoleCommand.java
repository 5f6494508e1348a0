package io.feiqian.server;

import io.feiqian.runtime.Clock;
import picocli.CommandLine.Command;

/** Runs a console. */
@Command(
        name = "console",
        mixinStandardHelpOptions = true,
        description = "Run a console of a configuration file (dev starts it).")
final class ConsoleCommand extends RoleCommand<ConsoleRoleConfig> {
    ConsoleCommand() {
        super(
                "console",
                ConsoleRoleConfig.TYPE,
                _ -> "console",
                told -> ConsoleRole.start(told, Clock.system()));
    }
}
