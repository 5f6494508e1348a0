package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.Endpoints;
import io.feiqian.cli.Executable;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.HomeFolder;
import io.feiqian.cli.Json;
import io.feiqian.console.Users;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Starts a whole bank on this machine. The supervisor is a process of its own in a session of its
 * own, so that an interrupt at the terminal reaches this command only, which then asks for an
 * orderly stop.
 */
@Command(
        name = "dev",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description =
                "Start a bank on this machine: registry, cells, gateway, console, observatory.")
final class DevCommand implements Callable<Integer> {
    private static final long STOP_SECONDS = 90;
    private static final List<String> SUPERVISOR_FLAGS =
            List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final PlanOptions plan = new PlanOptions();

    @Option(names = "--detach", description = "leave it running in the background")
    private boolean detach;

    @Override
    public Integer call() throws Exception {
        HomeFolder home = HomeFolder.prepare(common.home());
        Process supervisor = startSupervisor(home);
        Thread stopOnSignal = new Thread(() -> stop(supervisor), "stop-on-signal");
        Runtime.getRuntime().addShutdownHook(stopOnSignal);
        BufferedReader reports = supervisor.inputReader(StandardCharsets.UTF_8);
        for (String line = reports.readLine(); line != null; line = reports.readLine()) {
            if (line.startsWith(SuperviseCommand.FAILED)) {
                return Integer.parseInt(line.substring(SuperviseCommand.FAILED.length()));
            }
            if (line.equals(RoleProcess.READY)) {
                announce(home);
                if (detach) {
                    Runtime.getRuntime().removeShutdownHook(stopOnSignal);
                    return ExitStatus.OK.code();
                }
            } else {
                progress(line);
            }
        }
        int code = supervisor.waitFor();
        if (code != ExitStatus.OK.code()) {
            throw new CommandFailure(
                    ExitStatus.FAULT,
                    "the supervisor ended with exit code " + code,
                    "Its log is " + home.log("supervisor") + ".");
        }
        return code;
    }

    private Process startSupervisor(HomeFolder home) throws IOException {
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("supervise", "--home", home.root().toString()));
        arguments.addAll(plan.arguments());
        if (!detach) {
            arguments.add("--until-input-ends");
        }
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid");
        }
        command.addAll(Executable.command(SUPERVISOR_FLAGS, arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectError(
                                ProcessBuilder.Redirect.appendTo(home.log("supervisor").toFile()));
        if (detach) {
            builder.redirectInput(Path.of("/dev/null").toFile());
        }
        return builder.start();
    }

    private void announce(HomeFolder home) {
        Endpoints endpoints = home.endpoints();
        if (common.json()) {
            common.out().println(Json.write(endpoints));
            return;
        }
        double seconds = ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0;
        common.out().println("gateway    " + endpoints.gateway());
        common.out().println("console    " + endpoints.console() + firstUse(home));
        common.out().println("registry   " + endpoints.registry());
        for (Endpoints.Cell cell : endpoints.cells()) {
            common.out()
                    .printf(
                            "%-10s %s   database %s%n",
                            cell.cell(), String.join(", ", cell.instances()), cell.database());
        }
        common.out().println("home       " + home.root());
        common.out().printf("ready in %.1f s%n", seconds);
        if (!detach) {
            common.out().println("Ctrl-C stops it.");
        }
    }

    /** Until the first user has chosen a password. */
    private static String firstUse(HomeFolder home) {
        return Users.firstPassword(home.secrets())
                .map(password -> "   user %s, first password %s".formatted(Users.FIRST, password))
                .orElse("");
    }

    private void progress(String line) {
        (common.json() ? System.err : common.out()).println(line);
    }

    private static void stop(Process supervisor) {
        try {
            supervisor.destroy();
            supervisor.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
