package io.feiqian.server;

import io.feiqian.runtime.Clock;
import picocli.CommandLine.Command;

/** Runs the gateway. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        description = "Run the gateway of a configuration file (dev starts it).")
final class GatewayCommand extends RoleCommand<GatewayRoleConfig> {
    GatewayCommand() {
        super(
                "gateway",
                GatewayRoleConfig.TYPE,
                _ -> "gateway",
                told -> GatewayRole.start(told, Clock.system()));
    }
}
