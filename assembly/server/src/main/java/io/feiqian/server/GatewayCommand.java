package io.feiqian.server;

import io.feiqian.runtime.Clock;
import io.feiqian.telemetry.LogConfig;
import io.feiqian.telemetry.Logging;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the gateway. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        description = "Run the gateway of a configuration file (dev starts it).")
final class GatewayCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "what to do")
    private Path config = Path.of("");

    @Option(names = "--supervised", hidden = true, description = "end with standard input")
    private boolean supervised;

    @Override
    public Integer call() throws Exception {
        GatewayRoleConfig told = ConfigFiles.read(config, GatewayRoleConfig.TYPE);
        Logging.start(LogConfig.server("gateway", "gateway"));
        return RoleProcess.run(() -> GatewayRole.start(told, Clock.system()), supervised);
    }
}
