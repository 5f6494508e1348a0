package io.feiqian.benchmarks;

import io.feiqian.cli.spi.CommandProvider;
import java.util.List;

/** The commands of this module. */
public final class BenchCommands implements CommandProvider {
    @Override
    public List<Object> commands() {
        return List.of(new BenchCommand());
    }
}
