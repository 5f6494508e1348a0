package io.feiqian.server;

import io.feiqian.telemetry.LogConfig;
import io.feiqian.telemetry.Logging;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the registry. */
@Command(
        name = "registry",
        mixinStandardHelpOptions = true,
        description = "Run the registry of a configuration file (dev starts it).")
final class RegistryCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "what to do")
    private Path config = Path.of("");

    @Option(names = "--supervised", hidden = true, description = "end with standard input")
    private boolean supervised;

    @Override
    public Integer call() throws Exception {
        Logging.start(LogConfig.server("registry", "registry"));
        RegistryConfig told = ConfigFiles.read(config, RegistryConfig.TYPE);
        return RoleProcess.run(() -> RegistryRole.start(told), supervised);
    }
}
