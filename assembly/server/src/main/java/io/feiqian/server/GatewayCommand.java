package io.feiqian.server;

import io.feiqian.cli.GatewayConfigCommand;
import io.feiqian.cli.GatewayOrderCommand;
import io.feiqian.cli.GatewayStatusCommand;
import io.feiqian.runtime.Clock;
import picocli.CommandLine.Command;

/** Runs the gateway; its subcommands speak to one that runs. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        description = {
            "Run the gateway of a configuration file (dev starts it), or speak to one that runs."
        },
        subcommands = {
            GatewayStatusCommand.class,
            GatewayConfigCommand.class,
            GatewayOrderCommand.Weight.class,
            GatewayOrderCommand.Drain.class,
            GatewayOrderCommand.Resume.class,
            GatewayOrderCommand.Block.class,
            GatewayOrderCommand.Unblock.class
        })
final class GatewayCommand extends RoleCommand<GatewayRoleConfig> {
    GatewayCommand() {
        super(
                "gateway",
                GatewayRoleConfig.TYPE,
                _ -> "gateway",
                told -> GatewayRole.start(told, Clock.system()));
    }
}
