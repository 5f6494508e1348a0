package io.feiqian.simulation;

import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.events.Dice;
import java.util.List;

/** What goes wrong in a run beside messages and connections; all of it ends. */
final class Chaos {
    private final World world;
    private final Dice dice;

    Chaos(World world, Dice dice) {
        this.world = world;
        this.dice = dice;
    }

    /** From now on things go wrong. */
    void begin() {
        Settings settings = world.settings();
        every(settings.crashMicros(), this::hitInstance);
        every(settings.stopMicros(), this::stopDatabase);
        every(settings.cutMicros(), this::cut);
    }

    /** Nothing goes wrong any more; what was down comes up. */
    void end() {
        world.network().behave(0, 0, 0);
        world.network().join();
        for (Cell cell : world.cells()) {
            if (!cell.database().isUp()) {
                cell.database().start();
            }
            cell.database().behave(Settings.calm());
            cell.instances().forEach(Instance::start);
        }
    }

    /** For how long an instance that was killed stays down. */
    long downMicros() {
        return dice.between(20_000, 900_000);
    }

    private void every(int meanMicros, Runnable fault) {
        world.scheduler()
                .after(
                        dice.between(1, 2 * meanMicros),
                        () -> {
                            if (world.hasFaults()) {
                                fault.run();
                                every(meanMicros, fault);
                            }
                        });
    }

    private void hitInstance() {
        Instance victim = dice.oneOf(dice.oneOf(world.cells()).instances());
        if (dice.perMille(250)) {
            victim.holdUp(dice.between(100_000, 3_000_000));
        } else {
            world.crash(victim);
        }
    }

    private void stopDatabase() {
        Database database = dice.oneOf(world.cells()).database();
        if (database.isUp()) {
            database.stop();
            world.scheduler()
                    .after(
                            dice.between(20_000, 700_000),
                            () -> {
                                if (!database.isUp()) {
                                    database.start();
                                }
                            });
        }
    }

    private void cut() {
        List<Cell> cells = world.cells();
        int one = dice.between(0, cells.size());
        int other = dice.between(0, cells.size());
        world.log(() -> "places " + one + " and " + other + " are cut off");
        world.network().cut(one, other, true);
        world.scheduler()
                .after(
                        dice.between(100_000, 2_500_000),
                        () -> world.network().cut(one, other, false));
    }
}
