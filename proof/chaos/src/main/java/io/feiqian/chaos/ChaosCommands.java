package io.feiqian.chaos;

import io.feiqian.cli.spi.CommandProvider;
import java.util.List;

/** The command that breaks things. */
public final class ChaosCommands implements CommandProvider {
    /** For {@code ServiceLoader}. */
    public ChaosCommands() {}

    @Override
    public List<Object> commands() {
        return List.of(new ChaosCommand());
    }
}
