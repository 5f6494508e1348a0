package io.feiqian.chaos;

import com.google.protobuf.Message;
import io.feiqian.bank.contract.BankGrpc;
import io.feiqian.bank.contract.DepositRequest;
import io.feiqian.bank.contract.MovementResponse;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.rpc.Channels;
import io.feiqian.rpc.FaultTolerance;
import io.feiqian.rpc.MethodPolicy;
import io.feiqian.rpc.RegisteredInstances;
import io.feiqian.rpc.RequestContext;
import io.feiqian.rpc.RpcClientConfig;
import io.feiqian.rpc.ServiceAnswer;
import io.feiqian.rpc.ServiceCall;
import io.feiqian.rpc.ServiceClients;
import io.feiqian.rpc.ServicePolicies;
import io.feiqian.rpc.ServicePolicy;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** A process of a fleet that calls the others all the time, and minds every failure. */
final class FleetCaller implements AutoCloseable {
    private static final BusinessDate DAY =
            new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));
    private static final Slot HOME = new Slot(7);
    private static final Duration PATIENCE = Duration.ofSeconds(6);
    private static final Duration PAUSE = Duration.ofMillis(15);

    /** Half a second at one instance, then another is asked. */
    private static final MethodPolicy USUAL =
            new MethodPolicy(
                    MethodPolicy.USUAL.way(),
                    FaultTolerance.FAIL_OVER,
                    3,
                    Duration.ofMillis(500),
                    MethodPolicy.USUAL.pause());

    private final FleetMember member;
    private final ServiceClients clients;
    private final List<String> services;
    private final Timer timer;
    private final AtomicLong numbers;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder limited = new LongAdder();
    private final LongAdder emptyLists = new LongAdder();
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

    /**
     * A caller.
     *
     * @param number its own, by which its trace numbers differ from others'
     * @param services whom it calls
     */
    FleetCaller(FleetMember member, int number, List<String> services, Timer timer) {
        this.member = member;
        this.services = List.copyOf(services);
        this.timer = timer;
        this.numbers = new AtomicLong(number * 1_000_000_000L);
        this.clients =
                ServiceClients.builder(
                                new RegisteredInstances(member.registry()),
                                new Channels(RpcClientConfig.DEFAULT),
                                member.clock(),
                                timer)
                        .policies(
                                new ServicePolicies(ServicePolicy.USUAL.withUsual(USUAL), Map.of()))
                        .self(member.name())
                        .build();
    }

    FleetMember member() {
        return member;
    }

    /** Calls until the thread is interrupted. */
    void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                for (String service : services) {
                    one(
                            service,
                            BankGrpc.getTransferMethod(),
                            TransferRequest.getDefaultInstance());
                    one(service, BankGrpc.getDepositMethod(), DepositRequest.getDefaultInstance());
                    if (clients.followed().getOrDefault(service, List.of()).isEmpty()) {
                        emptyLists.increment();
                    }
                }
                timer.pause(PAUSE);
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private <Q extends Message> void one(
            String service, MethodDescriptor<Q, MovementResponse> method, Q request)
            throws InterruptedException {
        TraceNumber trace = TraceNumber.of(DAY, HOME, 1, numbers.incrementAndGet());
        ServiceAnswer<MovementResponse> answer =
                clients.call(
                        ServiceCall.of(service, method, request)
                                .with(
                                        RequestContext.until(
                                                        Deadline.after(PATIENCE, member.clock()))
                                                .withTrace(trace)));
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException("the run is over");
        }
        OutcomeCode code = answer.outcome().code();
        // Where the first answer was lost and the repetition turned away, unknown is true.
        if (code == OutcomeCode.RATE_LIMITED
                || (code == OutcomeCode.UNKNOWN
                        && answer.outcome().message().startsWith(FleetPolicies.LIMIT))) {
            limited.increment();
        } else if (code == OutcomeCode.ACCEPTED) {
            accepted.increment();
        } else {
            failures.computeIfAbsent(code + ": " + answer.outcome().message(), _ -> new LongAdder())
                    .increment();
        }
    }

    long accepted() {
        return accepted.sum();
    }

    long limited() {
        return limited.sum();
    }

    long emptyLists() {
        return emptyLists.sum();
    }

    /** What failed, by code and message, and how often. */
    Map<String, LongAdder> failures() {
        return failures;
    }

    @Override
    public void close() {
        clients.close();
        member.close();
    }
}
