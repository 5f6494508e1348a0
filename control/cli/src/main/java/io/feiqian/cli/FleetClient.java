package io.feiqian.cli;

import io.feiqian.bank.contract.DrainInstanceRequest;
import io.feiqian.bank.contract.InstanceAdminGrpc;
import io.feiqian.bank.contract.InstanceAdminGrpc.InstanceAdminBlockingStub;
import io.feiqian.bank.contract.InstanceResponse;
import io.feiqian.bank.contract.ListProcessesRequest;
import io.feiqian.bank.contract.ProcessRecord;
import io.feiqian.bank.contract.ProcessRequest;
import io.feiqian.bank.contract.ResumeInstanceRequest;
import io.feiqian.bank.contract.ShowInstanceRequest;
import io.feiqian.bank.contract.ShowInstanceResponse;
import io.feiqian.bank.contract.StopInstanceRequest;
import io.feiqian.bank.contract.SupervisorAdminGrpc;
import io.feiqian.bank.contract.SupervisorAdminGrpc.SupervisorAdminBlockingStub;
import io.feiqian.rpc.CallHeaders;
import io.feiqian.rpc.Refusals;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractBlockingStub;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * An operator's lines to every instance of every cell and to the supervisor, straight and past the
 * registry (the third law): what the console and the command line do about instances. Instances are
 * asked side by side. Blocks; thread-safe.
 */
public final class FleetClient implements AutoCloseable {
    private final List<Endpoints.Cell> cells;
    private final String supervisor;
    private final Duration patience;
    private final Metadata headers;
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * Lines in an operator's name.
     *
     * @param supervisor where the supervisor listens; empty where another service manager starts
     *     the processes
     * @param patience how long each may take to answer
     */
    public FleetClient(
            List<Endpoints.Cell> cells,
            String supervisor,
            BankClient.Operator operator,
            Duration patience) {
        this.cells = List.copyOf(cells);
        this.supervisor = supervisor;
        this.patience = patience;
        this.headers =
                CallHeaders.ofOperator(operator.token(), operator.operator(), operator.reason());
    }

    /** Everything as it is now; whoever does not answer is shown as such. */
    public Fleet look() {
        CompletableFuture<Optional<List<ProcessRecord>>> kept =
                CompletableFuture.supplyAsync(this::processes, threads);
        List<CompletableFuture<InstanceAnswer>> asked =
                cells.stream()
                        .flatMap(cell ->
                                cell.instances().stream()
                                        .map(address ->
                                                CompletableFuture.supplyAsync(
                                                        () -> show(cell.cell(), address), threads)))
                        .toList();
        List<InstanceAnswer> answers = asked.stream().map(CompletableFuture::join).toList();
        Optional<List<ProcessRecord>> processes = kept.join();
        Fleet.Supervisor state =
                supervisor.isEmpty()
                        ? Fleet.Supervisor.ELSEWHERE
                        : processes.isEmpty() ? Fleet.Supervisor.SILENT : Fleet.Supervisor.ANSWERS;
        return Fleet.of(
                cells.stream().map(Endpoints.Cell::cell).toList(),
                answers,
                state,
                processes.orElse(List.of()));
    }

    /**
     * What an instance said to a question.
     *
     * @param cell the cell it belongs to
     * @param address where it listens
     * @param said its answer; empty where there is none
     * @param failure why there is none; empty where there is
     */
    public record Said<R>(String cell, String address, Optional<R> said, String failure) {}

    /** Asks every instance for what an instance knows of itself only; who is silent is named. */
    public <S extends AbstractBlockingStub<S>, R> List<Said<R>> askEach(
            Function<Channel, S> service, Function<S, R> question) {
        List<CompletableFuture<Said<R>>> asked =
                cells.stream()
                        .flatMap(cell ->
                                cell.instances().stream()
                                        .map(address ->
                                                CompletableFuture.supplyAsync(
                                                        () ->
                                                                ask(
                                                                        cell.cell(),
                                                                        address,
                                                                        service,
                                                                        question),
                                                        threads)))
                        .toList();
        return asked.stream().map(CompletableFuture::join).toList();
    }

    /**
     * Asks one instance after the other for what all know, until an answer will do; otherwise the
     * first there was.
     */
    public <S extends AbstractBlockingStub<S>, R> Optional<R> askUntil(
            Function<Channel, S> service, Function<S, R> question, Predicate<R> willDo) {
        Optional<R> first = Optional.empty();
        for (Endpoints.Cell cell : cells) {
            for (String address : cell.instances()) {
                Optional<R> said = ask(cell.cell(), address, service, question).said();
                if (said.filter(willDo).isPresent()) {
                    return said;
                }
                first = first.or(() -> said);
            }
        }
        return first;
    }

    private <S extends AbstractBlockingStub<S>, R> Said<R> ask(
            String cell, String address, Function<Channel, S> service, Function<S, R> question) {
        try {
            R said = question.apply(stub(service.apply(channel(address)), patience));
            return new Said<>(cell, address, Optional.of(said), "");
        } catch (StatusRuntimeException silent) {
            return new Said<>(cell, address, Optional.empty(), CellAdminClient.inOneLine(silent));
        }
    }

    /**
     * Drains an instance.
     *
     * @return whether it was not drained before
     * @throws RefusedException with what it said; {@code CELL_UNAVAILABLE} where it says nothing
     */
    public boolean drain(InstanceView instance) {
        return changed(
                () -> instance(instance).drainInstance(DrainInstanceRequest.getDefaultInstance()));
    }

    /** Ends a drain; otherwise as {@link #drain}. */
    public boolean resume(InstanceView instance) {
        return changed(() ->
                instance(instance).resumeInstance(ResumeInstanceRequest.getDefaultInstance()));
    }

    /**
     * Drains an instance and ends its process in order; a supervisor does not start it again.
     *
     * @param wait how long to wait for its end; a process that nobody supervises ends by itself
     * @return whether there was something to stop
     * @throws RefusedException with what was said where it is not stopped
     */
    public boolean stop(InstanceView instance, Duration wait) {
        if (!isSupervised(instance)) {
            return changed(() ->
                    instance(instance)
                            .stopInstance(StopInstanceRequest.newBuilder().setEnd(true).build()));
        }
        if (instance.state().answers()) {
            try {
                var _ =
                        changed(() ->
                                instance(instance)
                                        .stopInstance(StopInstanceRequest.getDefaultInstance()));
            } catch (RefusedException sick) {
                // One whose database is down can be stopped too: the supervisor records it.
                if (sick.outcome().code() != OutcomeCode.DATABASE_UNAVAILABLE
                        && sick.outcome().code() != OutcomeCode.CELL_UNAVAILABLE) {
                    throw sick;
                }
            }
        }
        return said(() -> supervisor(wait).stopProcess(order(instance, wait))).getChanged();
    }

    /**
     * Has the supervisor start an instance that was stopped.
     *
     * @param wait how long to wait until it is ready
     * @return whether it was stopped
     * @throws RefusedException with what was said where it is not started
     */
    public boolean start(InstanceView instance, Duration wait) {
        if (supervisor.isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_ACTION,
                    "start: no supervisor here (expected: the service manager of its machine)");
        }
        return said(() -> supervisor(wait).startProcess(order(instance, wait))).getChanged();
    }

    private boolean isSupervised(InstanceView instance) {
        if (supervisor.isEmpty()) {
            return false;
        }
        return processes()
                .orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.CELL_UNAVAILABLE,
                                "the supervisor at " + supervisor + " does not answer"))
                .stream()
                .anyMatch(each -> each.getName().equals(instance.name()));
    }

    private InstanceAnswer show(String cell, String address) {
        try {
            ShowInstanceResponse said =
                    stub(InstanceAdminGrpc.newBlockingStub(channel(address)), patience)
                            .showInstance(ShowInstanceRequest.getDefaultInstance());
            return new InstanceAnswer(
                    cell, address, Optional.of(said).filter(it -> it.getOutcome().getCode() == 0));
        } catch (StatusRuntimeException silent) {
            return new InstanceAnswer(cell, address, Optional.empty());
        }
    }

    private Optional<List<ProcessRecord>> processes() {
        if (supervisor.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    supervisor(Duration.ZERO)
                            .listProcesses(ListProcessesRequest.getDefaultInstance())
                            .getProcessesList());
        } catch (StatusRuntimeException silent) {
            return Optional.empty();
        }
    }

    private InstanceAdminBlockingStub instance(InstanceView instance) {
        return stub(InstanceAdminGrpc.newBlockingStub(channel(instance.address())), patience);
    }

    private SupervisorAdminBlockingStub supervisor(Duration wait) {
        return stub(SupervisorAdminGrpc.newBlockingStub(channel(supervisor)), patience.plus(wait));
    }

    private static ProcessRequest order(InstanceView instance, Duration wait) {
        return ProcessRequest.newBuilder()
                .setName(instance.name())
                .setWaitMillis((int) wait.toMillis())
                .build();
    }

    private <S extends AbstractBlockingStub<S>> S stub(S stub, Duration time) {
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private ManagedChannel channel(String address) {
        return channels.computeIfAbsent(
                address, it -> NettyChannelBuilder.forTarget(it).usePlaintext().build());
    }

    private boolean changed(Supplier<InstanceResponse> call) {
        InstanceResponse response = heard(call);
        requireAccepted(response.getOutcome());
        return response.getChanged();
    }

    private io.feiqian.bank.contract.ProcessResponse said(
            Supplier<io.feiqian.bank.contract.ProcessResponse> call) {
        io.feiqian.bank.contract.ProcessResponse response = heard(call);
        requireAccepted(response.getOutcome());
        return response;
    }

    private static <R> R heard(Supplier<R> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException failed) {
            throw Refusals.read(failed.getTrailers())
                    .map(it -> new RefusedException(it.code(), it.message()))
                    .orElseGet(() ->
                            new RefusedException(
                                    OutcomeCode.CELL_UNAVAILABLE,
                                    "no answer: " + CellAdminClient.inOneLine(failed)));
        }
    }

    private static void requireAccepted(Outcome outcome) {
        if (outcome.getCode() != OutcomeCode.ACCEPTED.number()) {
            throw new RefusedException(
                    OutcomeCode.ofNumber(outcome.getCode()), outcome.getMessage());
        }
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        threads.shutdownNow();
    }
}
