package io.feiqian.chaos;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.FleetClient;
import io.feiqian.cli.RollingRestart;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Restarts one cell after the other for as long as a run lasts. Nobody may notice: not one request
 * may end unknown or unserved (P6.2.2.6-c).
 */
final class RollingRestarts implements Upheaval {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final BankUnderTest bank;
    private final Duration length;
    private final Consumer<String> report;
    private final Clock clock;
    private final Timer timer;
    private final List<String> failures = new ArrayList<>();
    private int restarted;

    RollingRestarts(
            BankUnderTest bank,
            Duration length,
            Consumer<String> report,
            Clock clock,
            Timer timer) {
        this.bank = bank;
        this.length = length;
        this.report = report;
        this.clock = clock;
        this.timer = timer;
    }

    @Override
    public void run() throws InterruptedException {
        Deadline end = Deadline.after(length, clock);
        List<String> cells = bank.home().endpoints().cells().stream().map(it -> it.cell()).toList();
        try (FleetClient fleet = bank.fleet()) {
            RollingRestart restart = new RollingRestart(fleet, clock, timer, PATIENCE);
            for (int i = 0; !end.isExpired() && failures.isEmpty(); i++) {
                restart.run(cells.get(i % cells.size()), this::back);
            }
        } catch (CommandFailure failed) {
            failures.add(failed.happened());
        } catch (RefusedException refused) {
            failures.add("an order was refused: " + refused.getMessage());
        }
    }

    private void back(RollingRestart.Restarted each) {
        restarted++;
        report.accept(
                "%s is back after %.1f s"
                        .formatted(
                                each.instance(),
                                each.drained().plus(each.ended()).plus(each.back()).toMillis()
                                        / 1e3));
    }

    @Override
    public Map<FaultKind, Integer> happened() {
        return Map.of(FaultKind.ROLLING_RESTART, restarted);
    }

    @Override
    public List<String> failures() {
        return List.copyOf(failures);
    }
}
