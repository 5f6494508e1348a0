package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.HomeFolder;
import io.feiqian.runtime.Clock;
import io.feiqian.telemetry.LogConfig;
import io.feiqian.telemetry.Logging;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The supervisor's process, which {@code dev} starts. It reports line by line on its standard
 * output and ends with {@link #FAILED} and an exit code where it cannot start.
 */
@Command(name = "supervise", hidden = true, description = "the supervisor that dev starts")
final class SuperviseCommand implements Callable<Integer> {
    /** How the last report of a supervisor that could not start begins; the exit code follows. */
    static final String FAILED = "feiqian: failed ";

    private static final Logger LOG = LoggerFactory.getLogger(SuperviseCommand.class);
    private static final long STOP_SECONDS = 120;

    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final PlanOptions plan = new PlanOptions();

    @Option(names = "--until-input-ends", description = "stop when standard input ends")
    private boolean untilInputEnds;

    @Override
    public Integer call() throws Exception {
        Logging.start(LogConfig.server("supervisor", "supervisor"));
        PrintStream reports = common.out();
        try {
            HomeFolder home = HomeFolder.prepare(common.home());
            try (AutoCloseable lock = home.lock()) {
                List<String> ended = Leftovers.end(home);
                if (!ended.isEmpty()) {
                    reports.println("ended what an earlier system left: " + ended);
                }
                home.forgetProcesses();
                return RoleProcess.run(
                        () -> supervise(home, reports), untilInputEnds, STOP_SECONDS);
            }
        } catch (CommandFailure failure) {
            reports.println("feiqian: " + failure.happened());
            reports.println(failure.remedy());
            reports.println(FAILED + failure.status().code());
            reports.flush();
            return failure.status().code();
        }
    }

    private AutoCloseable supervise(HomeFolder home, PrintStream reports)
            throws InterruptedException {
        SystemPlan system = plan.plan(home);
        SupervisorEndpoint orders = SupervisorEndpoint.open(home, Clock.system());
        Supervisor supervisor =
                new Supervisor(
                        home,
                        SystemLayout.prepare(
                                home, system, plan.firstBusinessDate(), orders.address()),
                        line -> {
                            LOG.info("{}", line);
                            reports.println(line);
                            reports.flush();
                        },
                        Clock.system());
        supervisor.start();
        orders.serves(supervisor);
        home.writeEndpoints(system.endpoints(orders.address()));
        return () -> {
            orders.close();
            supervisor.stop();
        };
    }
}
