package io.feiqian.realdata;

import io.feiqian.cli.spi.CommandProvider;
import java.util.List;

/** Adds {@code load} to {@code feiqian}. */
public final class RealdataCommands implements CommandProvider {
    /** For {@code ServiceLoader}. */
    public RealdataCommands() {}

    @Override
    public List<Object> commands() {
        return List.of(new LoadCommand());
    }
}
