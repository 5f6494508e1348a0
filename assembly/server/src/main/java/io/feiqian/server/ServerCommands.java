package io.feiqian.server;

import io.feiqian.cli.spi.CommandProvider;
import java.util.List;

/** The commands that start and stop processes. */
public final class ServerCommands implements CommandProvider {
    /** For {@code ServiceLoader}. */
    public ServerCommands() {}

    @Override
    public List<Object> commands() {
        return List.of(
                new DevCommand(),
                new StopCommand(),
                new RegistryCommand(),
                CellCommand.withOperations(),
                new GatewayCommand(),
                new ObservatoryCommand(),
                new ConsoleCommand(),
                new SuperviseCommand());
    }
}
