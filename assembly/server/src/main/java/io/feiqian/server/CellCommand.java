package io.feiqian.server;

import io.feiqian.runtime.Clock;
import io.feiqian.telemetry.LogConfig;
import io.feiqian.telemetry.Logging;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs an instance of a cell. */
@Command(
        name = "cell",
        mixinStandardHelpOptions = true,
        description = "Run an instance of a cell from a configuration file (dev starts them).")
final class CellCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "what to do")
    private Path config = Path.of("");

    @Option(names = "--supervised", hidden = true, description = "end with standard input")
    private boolean supervised;

    @Override
    public Integer call() throws Exception {
        CellConfig told = ConfigFiles.read(config, CellConfig.TYPE);
        Logging.start(LogConfig.server("cell", told.name()));
        return RoleProcess.run(() -> CellRole.start(told, Clock.system()), supervised);
    }
}
