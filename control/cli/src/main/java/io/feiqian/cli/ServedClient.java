package io.feiqian.cli;

import io.feiqian.bank.contract.ListRecordedCallsRequest;
import io.feiqian.bank.contract.ListRecordedCallsResponse;
import io.feiqian.bank.contract.ListServicesRequest;
import io.feiqian.bank.contract.ListServicesResponse;
import io.feiqian.bank.contract.ServiceAdminGrpc;
import io.feiqian.bank.contract.ServiceAdminGrpc.ServiceAdminBlockingStub;
import io.feiqian.bank.contract.ShowServedRequest;
import io.feiqian.bank.contract.ShowServedResponse;
import io.feiqian.cli.FleetClient.Said;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Asks instances for services, policies and calls, straight and past the registry. Blocks;
 * thread-safe.
 */
public final class ServedClient {
    private final FleetClient fleet;
    private final UnaryOperator<ServiceAdminBlockingStub> around;

    /** Asks by these lines. */
    public ServedClient(FleetClient fleet) {
        this(fleet, it -> it);
    }

    /**
     * The same with something around every question.
     *
     * @param around such as a border around what may be seen
     */
    public ServedClient(FleetClient fleet, UnaryOperator<ServiceAdminBlockingStub> around) {
        this.fleet = fleet;
        this.around = around;
    }

    /**
     * Who is registered, as the first instance says whose registry answers; else as another knows
     * from before; empty where none answers.
     */
    public Optional<ListServicesResponse> services() {
        return fleet.askUntil(
                ServiceAdminGrpc::newBlockingStub,
                stub -> around.apply(stub).listServices(ListServicesRequest.getDefaultInstance()),
                ListServicesResponse::getRegistryAnswers);
    }

    /** What every instance served in the last minute and by which policies. */
    public List<Said<ShowServedResponse>> served() {
        return fleet.askEach(
                ServiceAdminGrpc::newBlockingStub,
                stub -> around.apply(stub).showServed(ShowServedRequest.getDefaultInstance()));
    }

    /** The calls that every instance kept. */
    public List<Said<ListRecordedCallsResponse>> recorded(Instant now, Duration last) {
        ListRecordedCallsRequest request =
                ListRecordedCallsRequest.newBuilder()
                        .setSinceMillis(now.minus(last).toEpochMilli())
                        .build();
        return fleet.askEach(
                ServiceAdminGrpc::newBlockingStub,
                stub -> around.apply(stub).listRecordedCalls(request));
    }
}
