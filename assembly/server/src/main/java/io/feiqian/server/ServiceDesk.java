package io.feiqian.server;

import io.feiqian.bank.contract.CallRecord;
import io.feiqian.bank.contract.ListRecordedCallsRequest;
import io.feiqian.bank.contract.ListRecordedCallsResponse;
import io.feiqian.bank.contract.ListServicesRequest;
import io.feiqian.bank.contract.ListServicesResponse;
import io.feiqian.bank.contract.MethodServed;
import io.feiqian.bank.contract.PolicyState;
import io.feiqian.bank.contract.ServiceAdminGrpc;
import io.feiqian.bank.contract.ShowServedRequest;
import io.feiqian.bank.contract.ShowServedResponse;
import io.feiqian.governance.Governance;
import io.feiqian.governance.PolicyReport;
import io.feiqian.governance.Report;
import io.feiqian.registry.spi.Registry;
import io.feiqian.rpc.ResponseOutcome;
import io.feiqian.rpc.ServedCall;
import io.feiqian.rpc.ServedCalls;
import io.feiqian.rpc.ServedMethod;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.CellId;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Services, policies and calls as this instance shows them to operators; changes nothing. Handlers
 * block. Thread-safe.
 */
final class ServiceDesk extends ServiceAdminGrpc.ServiceAdminImplBase {
    /** What a client takes in one message is 4 MB; older calls are left out beyond. */
    private static final int MOST_BYTES = 3_000_000;

    private static final Outcome ACCEPTED =
            ResponseOutcome.toContract(io.feiqian.vocabulary.Outcome.accepted(), false);

    private final String cell;
    private final String instance;
    private final Registry registry;
    private final Governance policies;
    private final ServedCalls served;

    /**
     * A desk.
     *
     * @param policies what is in force for the calls that it serves
     * @param served what came
     */
    ServiceDesk(
            CellId cell,
            String instance,
            Registry registry,
            Governance policies,
            ServedCalls served) {
        this.cell = cell.toString();
        this.instance = instance;
        this.registry = registry;
        this.policies = policies;
        this.served = served;
    }

    @Override
    public void listServices(
            ListServicesRequest request, StreamObserver<ListServicesResponse> observer) {
        observer.onNext(RegisteredServices.of(registry).toBuilder().setOutcome(ACCEPTED).build());
        observer.onCompleted();
    }

    @Override
    public void showServed(ShowServedRequest request, StreamObserver<ShowServedResponse> observer) {
        Report report = policies.report();
        ShowServedResponse.Builder shown =
                ShowServedResponse.newBuilder()
                        .setOutcome(ACCEPTED)
                        .setCell(cell)
                        .setInstance(instance)
                        .setDocumentVersion(report.version())
                        .setRefusedDocument(report.refusedDocument())
                        .setSeconds(ServedCalls.seconds());
        report.policies().forEach(each -> shown.addPolicies(state(each)));
        report.routes()
                .forEach(each ->
                        shown.addPolicies(
                                PolicyState.newBuilder()
                                        .setId(each.id())
                                        .setVersion(each.version())
                                        .setKind("ROUTE")));
        served.lately().forEach(each -> shown.addMethods(method(each)));
        observer.onNext(shown.build());
        observer.onCompleted();
    }

    @Override
    public void listRecordedCalls(
            ListRecordedCallsRequest request, StreamObserver<ListRecordedCallsResponse> observer) {
        ListRecordedCallsResponse.Builder listed =
                ListRecordedCallsResponse.newBuilder()
                        .setOutcome(ACCEPTED)
                        .setCell(cell)
                        .setInstance(instance);
        Instant from = later(served.keptSince(), Instant.ofEpochMilli(request.getSinceMillis()));
        Map<String, Integer> methods = new HashMap<>();
        List<CallRecord> newestFirst = new ArrayList<>();
        int bytes = 0;
        for (ServedCall each : served.recorded().reversed()) {
            boolean isStream = served.isStream(each);
            // A stream that began long ago is in use now.
            if (each.at().isBefore(from) && !isStream) {
                continue;
            }
            int method = methods.computeIfAbsent(each.method(), _ -> methods.size());
            CallRecord record = record(each, method);
            bytes += record.getSerializedSize() + 8;
            if (bytes > MOST_BYTES && !isStream) {
                from = later(from, each.at());
                continue;
            }
            newestFirst.add(record);
        }
        methods.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .forEach(each -> listed.addMethods(each.getKey()));
        observer.onNext(
                listed.addAllCalls(newestFirst.reversed())
                        .setFromMillis(from.toEpochMilli())
                        .setToMillis(Clock.system().now().toEpochMilli())
                        .build());
        observer.onCompleted();
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static CallRecord record(ServedCall call, int method) {
        return CallRecord.newBuilder()
                .setAtMicros(micros(call.at()))
                .setMethod(method)
                .setCaller(call.caller())
                .setTenant(call.tenant())
                .setCell(call.cell())
                .setLabel(call.label())
                .setChannel(call.channel())
                .setPriority(call.priority().name())
                .setRemainingMicros(micros(call.remaining()))
                .setTookMicros(micros(call.took()))
                .setOutcome(call.outcome().number())
                .setGoverned(call.governed())
                .setStandsFor(call.standsFor())
                .build();
    }

    private static PolicyState state(PolicyReport report) {
        return PolicyState.newBuilder()
                .setId(report.policy().id())
                .setVersion(report.policy().version())
                .setKind(report.kind().name())
                .setAdmitted(report.admitted())
                .setRefused(report.refused())
                .setQueued(report.queued())
                .setDegraded(report.degraded())
                .setFaults(report.faults())
                .setState(report.state())
                .setLastWhy(report.lastWhy())
                .build();
    }

    private static MethodServed method(ServedMethod served) {
        return MethodServed.newBuilder()
                .setService(served.service())
                .setMethod(served.method())
                .setCalls(served.calls())
                .setFailed(served.failed())
                .setGoverned(served.governed())
                .setTotalMicros(TimeUnit.NANOSECONDS.toMicros(served.totalNanos()))
                .setLongestMicros(TimeUnit.NANOSECONDS.toMicros(served.longestNanos()))
                .build();
    }

    private static long micros(Instant at) {
        return Math.addExact(
                Math.multiplyExact(at.getEpochSecond(), 1_000_000L), at.getNano() / 1_000);
    }

    private static long micros(Duration time) {
        return TimeUnit.SECONDS.toMicros(time.getSeconds()) + time.getNano() / 1_000;
    }
}
