package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.configuration.DocumentType;
import io.feiqian.telemetry.LogConfig;
import io.feiqian.telemetry.Logging;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Option;

/**
 * Runs one role by its configuration file.
 *
 * @param <C> what the role is told
 */
abstract class RoleCommand<C extends Record> implements Callable<Integer> {
    /** Starts a role. */
    @FunctionalInterface
    interface Start<C> {
        /** Starts it as told; it serves until the result is closed. */
        AutoCloseable start(C told) throws Exception;
    }

    @Option(names = "--config", paramLabel = "FILE", description = "what to do")
    private Path config = Path.of("");

    @Option(names = "--supervised", hidden = true, description = "end with standard input")
    private boolean supervised;

    private final String role;
    private final DocumentType<C> type;
    private final Function<C, String> name;
    private final Start<C> start;

    /**
     * A command for a role.
     *
     * @param name what its log lines are to name
     */
    RoleCommand(String role, DocumentType<C> type, Function<C, String> name, Start<C> start) {
        this.role = role;
        this.type = type;
        this.name = name;
        this.start = start;
    }

    @Override
    public final Integer call() throws Exception {
        // Not required of the options, since a command of this one's own needs none.
        if (config.toString().isEmpty()) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "--config: missing (expected: the file that says what to do)",
                    "Run 'feiqian %s --help' to see what it takes.".formatted(role));
        }
        C told = ConfigFiles.read(config, type);
        Logging.start(LogConfig.server(role, name.apply(told)));
        return RoleProcess.run(() -> start.start(told), supervised);
    }
}
