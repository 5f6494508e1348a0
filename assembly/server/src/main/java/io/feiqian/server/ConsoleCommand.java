package io.feiqian.server;

import io.feiqian.runtime.Clock;
import io.feiqian.telemetry.LogConfig;
import io.feiqian.telemetry.Logging;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a console. */
@Command(
        name = "console",
        mixinStandardHelpOptions = true,
        description = "Run a console of a configuration file (dev starts it).")
final class ConsoleCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "what to do")
    private Path config = Path.of("");

    @Option(names = "--supervised", hidden = true, description = "end with standard input")
    private boolean supervised;

    @Override
    public Integer call() throws Exception {
        ConsoleRoleConfig told = ConfigFiles.read(config, ConsoleRoleConfig.TYPE);
        Logging.start(LogConfig.server("console", "console"));
        return RoleProcess.run(() -> ConsoleRole.start(told, Clock.system()), supervised);
    }
}
