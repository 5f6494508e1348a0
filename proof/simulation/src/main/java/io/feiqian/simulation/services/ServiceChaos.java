package io.feiqian.simulation.services;

import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.events.Dice;

/** What goes wrong in a run of services beside messages and connections; all of it ends. */
final class ServiceChaos {
    private final ServiceWorld world;
    private final Dice dice;

    ServiceChaos(ServiceWorld world, Dice dice) {
        this.world = world;
        this.dice = dice;
    }

    void begin() {
        every(world.wildness().crashMicros(), this::hitInstance);
        every(world.wildness().stopMicros(), this::stopDatabase);
        every(world.wildness().cutMicros(), this::cut);
    }

    /**
     * Nothing goes wrong any more; what was down comes up, but of a service with several processes
     * one that is dead stays so: the others finish what it left.
     */
    void end() {
        world.network().behave(0, 0, 0);
        world.network().join();
        for (SimulatedService each : world.services()) {
            if (!each.database().isUp()) {
                each.database().start();
            }
            each.database().behave(Wildness.calm());
            boolean oneLives = each.instances().stream().anyMatch(ServiceInstance::isAlive);
            for (ServiceInstance instance : each.instances()) {
                if (!oneLives || dice.perMille(500)) {
                    instance.start();
                    oneLives = true;
                }
            }
        }
    }

    void afterDeath(ServiceInstance dead) {
        if (dice.perMille(800)) {
            world.scheduler()
                    .after(
                            dice.between(20_000, 900_000),
                            () -> {
                                if (world.hasFaults()) {
                                    dead.start();
                                }
                            });
        }
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
        ServiceInstance victim = dice.oneOf(dice.oneOf(world.services()).instances());
        if (dice.perMille(300)) {
            victim.holdUp(dice.between(100_000, 3_000_000));
        } else {
            victim.crash();
        }
    }

    private void stopDatabase() {
        Database database = dice.oneOf(world.services()).database();
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
        String one = dice.oneOf(world.services()).name();
        String other =
                dice.perMille(250) ? ServiceNetwork.CLIENTS : dice.oneOf(world.services()).name();
        world.log(() -> one + " and " + other + " are cut off");
        world.network().cut(one, other, true);
        world.scheduler()
                .after(
                        dice.between(100_000, 2_500_000),
                        () -> world.network().cut(one, other, false));
    }
}
