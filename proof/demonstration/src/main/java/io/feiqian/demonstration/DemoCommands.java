package io.feiqian.demonstration;

import io.feiqian.cli.spi.CommandProvider;
import java.util.List;

/** The command of this module. */
public final class DemoCommands implements CommandProvider {
    @Override
    public List<Object> commands() {
        return List.of(new DemoCommand());
    }
}
