package io.feiqian.server;

import io.feiqian.runtime.Clock;
import picocli.CommandLine.Command;

/** Runs an observatory. */
@Command(
        name = "observatory",
        mixinStandardHelpOptions = true,
        description = "Run an observatory of a configuration file (dev starts it).")
final class ObservatoryCommand extends RoleCommand<ObservatoryRoleConfig> {
    ObservatoryCommand() {
        super(
                "observatory",
                ObservatoryRoleConfig.TYPE,
                _ -> "observatory",
                told -> ObservatoryRole.start(told, Clock.system()));
    }
}
