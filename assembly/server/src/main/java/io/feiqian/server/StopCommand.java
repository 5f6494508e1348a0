package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.HomeFolder;
import io.feiqian.cli.ProcessEntry;
import io.feiqian.cli.ProcessEntry.Role;
import io.feiqian.cli.Signal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Stops a system that {@code dev} started, also one whose supervisor was killed. */
@Command(
        name = "stop",
        mixinStandardHelpOptions = true,
        description = "Stop the bank that dev started, in order.")
final class StopCommand implements Callable<Integer> {
    private static final long PATIENCE_SECONDS = 90;

    @Mixin private final CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws Exception {
        HomeFolder home = common.openHome();
        Optional<ProcessEntry> supervisor =
                home.processes().stream()
                        .filter(each -> each.role() == Role.SUPERVISOR)
                        .filter(ProcessEntry::isAlive)
                        .findFirst();
        if (supervisor.isPresent()) {
            stop(supervisor.get());
            common.out().println("stopped");
            return ExitStatus.OK.code();
        }
        List<String> ended = Leftovers.end(home);
        home.forgetProcesses();
        common.out()
                .println(
                        ended.isEmpty()
                                ? "nothing was running in " + home.root()
                                : "its supervisor was gone; ended what it left: " + ended);
        return ExitStatus.OK.code();
    }

    private static void stop(ProcessEntry supervisor) throws Exception {
        Optional<ProcessHandle> handle = ProcessHandle.of(supervisor.pid());
        Signal.TERM.send(supervisor.pid());
        if (handle.isEmpty()) {
            return;
        }
        try {
            handle.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException stubborn) {
            throw new CommandFailure(
                    ExitStatus.FAILED,
                    "the supervisor (pid %d) did not stop within %d s"
                            .formatted(supervisor.pid(), PATIENCE_SECONDS),
                    "Its log is in the home folder; 'kill -9' it and run 'feiqian stop' again.",
                    stubborn);
        }
    }
}
