package io.feiqian.server;

import io.feiqian.bank.contract.ListProcessesRequest;
import io.feiqian.bank.contract.ListProcessesResponse;
import io.feiqian.bank.contract.ProcessRecord;
import io.feiqian.bank.contract.ProcessRequest;
import io.feiqian.bank.contract.ProcessResponse;
import io.feiqian.bank.contract.SupervisorAdminGrpc;
import io.feiqian.cli.ProcessEntry;
import io.feiqian.rpc.CurrentCall;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.ChangeOrder;
import io.feiqian.security.spi.AuditTrail;
import io.feiqian.server.Supervisor.Instance;
import io.feiqian.server.Supervisor.InstanceState;
import io.feiqian.server.Supervisor.StopOrder;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The supervisor as operators see it: instances of cells that it keeps, stopped and started by
 * them. Every change is on record before it is begun. Handlers block. Thread-safe.
 */
final class SupervisorDesk extends SupervisorAdminGrpc.SupervisorAdminImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(SupervisorDesk.class);
    private static final int LONGEST_WAIT = 120_000;

    private final AuditTrail trail;
    private final Clock clock;
    private volatile Optional<Supervisor> supervisor = Optional.empty();

    SupervisorDesk(AuditTrail trail, Clock clock) {
        this.trail = trail;
        this.clock = clock;
    }

    /** Whose instances these are; before it is said there are none. */
    void serves(Supervisor whose) {
        supervisor = Optional.of(whose);
    }

    @Override
    public void listProcesses(
            ListProcessesRequest request, StreamObserver<ListProcessesResponse> observer) {
        ListProcessesResponse.Builder response =
                ListProcessesResponse.newBuilder().setOutcome(outcome(OutcomeCode.ACCEPTED, ""));
        supervisor.ifPresent(
                it -> it.instances().forEach(each -> response.addProcesses(record(each))));
        observer.onNext(response.build());
        observer.onCompleted();
    }

    @Override
    public void stopProcess(ProcessRequest request, StreamObserver<ProcessResponse> observer) {
        change(
                "process.stop",
                request,
                observer,
                (whose, order) ->
                        whose.halt(
                                request.getName(),
                                new StopOrder(
                                        order.operator().name(),
                                        order.reason(),
                                        clock.now().toEpochMilli())));
    }

    @Override
    public void startProcess(ProcessRequest request, StreamObserver<ProcessResponse> observer) {
        change(
                "process.start",
                request,
                observer,
                (whose, order) -> whose.revive(request.getName(), order.operator().name()));
    }

    /** Begins a change; what completes once it is done, or nothing where there is none to make. */
    @FunctionalInterface
    private interface Work {
        Optional<CompletableFuture<Void>> begin(Supervisor whose, ChangeOrder order);
    }

    private void change(
            String action,
            ProcessRequest request,
            StreamObserver<ProcessResponse> observer,
            Work work) {
        ProcessResponse.Builder response = ProcessResponse.newBuilder();
        try {
            int wait = request.getWaitMillis();
            if (wait < 0 || wait > LONGEST_WAIT) {
                throw new RefusedException(
                        OutcomeCode.MALFORMED_REQUEST,
                        "wait_millis: %d (expected: 0 to %d)".formatted(wait, LONGEST_WAIT));
            }
            Supervisor whose = supervisor.orElseThrow(() -> unknown(request.getName()));
            Instance before = find(whose, request.getName());
            CallContext context = CurrentCall.context();
            ChangeOrder order = ChangeOrder.of(context.operator(), context.reason());
            var _ =
                    trail.append(
                            new AuditEntry(
                                    order,
                                    action,
                                    request.getName(),
                                    Map.of("was", before.state().name())));
            Optional<CompletableFuture<Void>> begun = work.begin(whose, order);
            if (begun.isPresent()) {
                await(begun.get(), wait);
            }
            response.setChanged(begun.isPresent())
                    .setProcess(record(find(whose, request.getName())))
                    .setOutcome(outcome(OutcomeCode.ACCEPTED, ""));
        } catch (RefusedException refused) {
            response.setOutcome(outcome(refused.outcome().code(), refused.outcome().message()));
        } catch (RuntimeException fault) {
            LOG.error("an order was not carried out", fault);
            response.setOutcome(
                    outcome(OutcomeCode.INTERNAL_ERROR, "the supervisor's log says more"));
        }
        observer.onNext(response.build());
        observer.onCompleted();
    }

    /** What is not done in time goes on all the same. */
    private static void await(CompletableFuture<Void> work, int millis) {
        if (millis == 0) {
            return;
        }
        try {
            work.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException later) {
            LOG.info("an order takes longer than {} ms", millis);
        } catch (ExecutionException failed) {
            throw new RefusedException(
                    OutcomeCode.CELL_UNAVAILABLE, "not done: " + failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Instance find(Supervisor whose, String name) {
        return whose.instances().stream()
                .filter(each -> each.unit().name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(name));
    }

    private static RefusedException unknown(String name) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                "name: %s (expected: an instance of a cell that is kept here)".formatted(name));
    }

    private static ProcessRecord record(Instance instance) {
        ProcessRecord.Builder record =
                ProcessRecord.newBuilder()
                        .setName(instance.unit().name())
                        .setCell(instance.unit().cell())
                        .setAddress(instance.unit().address())
                        .setState(instance.state().name())
                        .setFailure(instance.failure());
        if (instance.state() == InstanceState.RUNNING
                || instance.state() == InstanceState.STOPPING) {
            instance.entry().ifPresent(it -> addProcess(record, it));
        }
        instance.order()
                .ifPresent(it ->
                        record.setOperator(it.operator())
                                .setReason(it.reason())
                                .setSinceMillis(it.atMillis()));
        return record.build();
    }

    private static void addProcess(ProcessRecord.Builder record, ProcessEntry entry) {
        record.setPid(entry.pid()).setStartedMillis(entry.startedMillis());
    }

    private static Outcome outcome(OutcomeCode code, String message) {
        return Outcome.newBuilder()
                .setCode(code.number())
                .setName(code.name())
                .setMessage(message)
                .build();
    }
}
