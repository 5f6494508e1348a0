package io.feiqian.simulation.services;

import io.feiqian.orchestration.Orchestrations;
import io.feiqian.orchestration.StoreException;
import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.Content;
import io.feiqian.participant.FinishOrder;
import io.feiqian.participant.FinishReport;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.Inquiry;
import io.feiqian.participant.ServiceAlarms;
import io.feiqian.participant.ServiceSetup;
import io.feiqian.participant.Verdict;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.simulation.SimulatedProcess;
import io.feiqian.simulation.events.Dice;
import io.feiqian.simulation.events.DriftingClock;
import io.feiqian.simulation.fibers.Host;
import io.feiqian.simulation.fibers.Killed;
import io.feiqian.simulation.jdbc.SimulatedDataSource;
import io.feiqian.vocabulary.Outcome;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** One process of a service: the product's library between its start and its death. */
final class ServiceInstance implements ServiceChannel {
    private static final int ANSWER_MICROS = 700_000;

    /** What one asks of another. */
    interface Asked<T> {
        T of(GlobalTransactions library, ServiceInstance at) throws SQLException;
    }

    private final ServiceWorld world;
    private final SimulatedService service;
    private final String name;
    private final Dice dice;
    private final Map<Long, CompletableFuture<?>> asked = new LinkedHashMap<>();
    private long questions;
    private Optional<Host> host = Optional.empty();
    private Optional<SimulatedDataSource> source = Optional.empty();
    private Optional<GlobalTransactions> library = Optional.empty();
    private Optional<Orchestrations> engine = Optional.empty();

    ServiceInstance(ServiceWorld world, SimulatedService service, int number, Dice dice) {
        this.world = world;
        this.service = service;
        this.name = service.name() + "#" + number;
        this.dice = dice;
    }

    SimulatedService service() {
        return service;
    }

    boolean isAlive() {
        return host.isPresent();
    }

    /** Its process; it lives. */
    Host host() {
        return host.orElseThrow(Killed::new);
    }

    Optional<GlobalTransactions> library() {
        return library;
    }

    /** Starts, unless it runs. */
    void start() {
        if (isAlive()) {
            return;
        }
        world.log(() -> name + " starts");
        DriftingClock clock = world.clock(dice);
        Host born =
                new Host(
                        new SimulatedProcess(world.scheduler(), clock, this::diesHere),
                        world.fibers(),
                        world::fault);
        SimulatedDataSource pool = new SimulatedDataSource(born, service.database(), world.rules());
        host = Optional.of(born);
        source = Optional.of(pool);
        ServiceSetup setup =
                ServiceSetup.of(service.name(), pool.pool(), this)
                        .with(service.book().actions(service.undo()))
                        .with(ServiceWorld.SETTINGS)
                        .with(
                                (ServiceAlarms)
                                        (kind, trace, text) -> world.alarmed(name, kind, text))
                        .with(world.deadlineClock(clock), born.process(), born)
                        .withSenders(born);
        ServiceSetup allowed = world.kindUsesXa() ? setup.withXa() : setup;
        born.execute(() -> {
            try {
                GlobalTransactions opened = allowed.open();
                library = Optional.of(opened);
                engine = world.sagas().open(this, born, pool.pool());
                opened.start();
            } catch (SQLException | StoreException failed) {
                // As a process that cannot start does.
                world.log(() -> name + " cannot start: " + failed.getMessage());
                crash();
            }
        });
    }

    private boolean diesHere() {
        if (!world.isDeadly(dice)) {
            return false;
        }
        crash();
        return true;
    }

    /** It is killed, and starts again after a while. */
    void crash() {
        if (!isAlive()) {
            return;
        }
        world.log(() -> name + " is killed");
        Host dead = host();
        Optional<GlobalTransactions> left = library;
        Optional<Orchestrations> leftEngine = engine;
        engine = Optional.empty();
        host = Optional.empty();
        library = Optional.empty();
        leftEngine.ifPresent(each -> dead.newThread(each::close).start());
        dead.kill();
        source.ifPresent(SimulatedDataSource::abandon);
        List.copyOf(asked.values()).forEach(each -> each.cancel(false));
        asked.clear();
        // Nothing of it happens any more; only its threads are to end.
        left.ifPresent(each -> dead.newThread(each::close).start());
        world.afterDeath(this);
    }

    Optional<Orchestrations> engine() {
        return engine;
    }

    /** Calls a service for a step; no answer in time is none. */
    CompletableFuture<StepOutcome> step(String to, StepCall call) {
        return ask(to, (library, there) -> world.sagas().serve(there.pool(), call));
    }

    private DataSource pool() {
        return source.orElseThrow(Killed::new).pool();
    }

    void holdUp(long micros) {
        host.ifPresent(each -> each.process().holdUp(micros));
    }

    /** Runs something at this instance, where it is open for business. */
    void serve(Consumer<GlobalTransactions> work) {
        host.ifPresent(here ->
                here.process()
                        .run(() -> {
                            if (library.isPresent()) {
                                GlobalTransactions open = library.get();
                                here.execute(() -> work.accept(open));
                            }
                        }));
    }

    @Override
    public CompletionStage<List<FinishReport>> finish(String to, List<FinishOrder> orders) {
        return ask(
                to,
                (there, at) -> {
                    List<FinishReport> reports = new ArrayList<>(there.finish(orders));
                    world.auditor().finished(orders, reports);
                    return world.reported(reports);
                });
    }

    @Override
    public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
        return ask(initiator, (there, at) -> world.answered(inquiry, there.answer(inquiry), at));
    }

    /** A message to any instance of a service, and its answer. */
    private <T> CompletableFuture<T> ask(String to, Asked<T> question) {
        Host here = host();
        CompletableFuture<T> future = new CompletableFuture<>();
        long number = ++questions;
        asked.put(number, future);
        here.process()
                .later(
                        ANSWER_MICROS,
                        () ->
                                end(
                                        number,
                                        () ->
                                                future.completeExceptionally(
                                                        new IllegalStateException(
                                                                "no answer in time"))));
        send(
                to,
                question,
                answer -> here.process().run(() -> end(number, () -> future.complete(answer))));
        return future;
    }

    private void end(long number, Runnable how) {
        if (asked.remove(number) != null) {
            how.run();
        }
    }

    private <T> void send(String to, Asked<T> question, Consumer<T> answer) {
        world.network()
                .send(
                        service.name(),
                        to,
                        () -> {
                            ServiceInstance there = world.service(to).any(dice);
                            there.serve(library -> {
                                T found;
                                try {
                                    found = question.of(library, there);
                                } catch (SQLException | IllegalStateException failed) {
                                    world.log(() -> there.name + " fails: " + failed.getMessage());
                                    return;
                                }
                                world.network()
                                        .send(to, service.name(), () -> answer.accept(found));
                            });
                        });
    }

    /** Calls another service with the context of a branch, and waits for what it answers. */
    BranchAnswer call(BranchContext context, Leg leg) {
        Host here = host();
        return here.await(answer -> {
            send(leg.service(), (library, at) -> at.join(library, context, leg), answer);
            here.process().later(ANSWER_MICROS, () -> answer.accept(unheard()));
        });
    }

    private static BranchAnswer unheard() {
        return new BranchAnswer(new Outcome.Unknown("no answer in time"), Content.EMPTY, false);
    }

    /** What this service does when it is called. */
    private BranchAnswer join(GlobalTransactions open, BranchContext context, Leg leg)
            throws SQLException {
        world.nested(this, open, context, leg);
        return switch (leg.kind()) {
            case TCC -> open.branches().tcc(context, Book.ACTION, leg.content());
            case REVERSAL -> open.branches().reversible(context, Book.ACTION, leg.content());
            case SQL ->
                    open.branches()
                            .sql(context, on -> service.undo().twoUpdates(on, context.key(), leg));
            case XA ->
                    open.branches()
                            .xa(context, on -> service.book().statements(on, context.key(), leg));
            case MESSAGE, REVERSED, NONE -> throw new IllegalStateException("called: " + leg);
        };
    }

    @Override
    public String toString() {
        return name;
    }
}
