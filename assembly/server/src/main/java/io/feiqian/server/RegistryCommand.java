package io.feiqian.server;

import picocli.CommandLine.Command;

/** Runs the registry. */
@Command(
        name = "registry",
        mixinStandardHelpOptions = true,
        description = "Run the registry of a configuration file (dev starts it).")
final class RegistryCommand extends RoleCommand<RegistryConfig> {
    RegistryCommand() {
        super("registry", RegistryConfig.TYPE, _ -> "registry", RegistryRole::start);
    }
}
