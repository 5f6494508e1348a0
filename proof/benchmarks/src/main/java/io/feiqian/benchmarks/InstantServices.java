package io.feiqian.benchmarks;

import io.feiqian.bank.contract.ListRecordedCallsRequest;
import io.feiqian.bank.contract.ListRecordedCallsResponse;
import io.feiqian.bank.contract.ListServicesRequest;
import io.feiqian.bank.contract.ListServicesResponse;
import io.feiqian.bank.contract.MethodServed;
import io.feiqian.bank.contract.ServiceAdminGrpc;
import io.feiqian.bank.contract.ServiceInstanceRecord;
import io.feiqian.bank.contract.ServiceRecord;
import io.feiqian.bank.contract.ShowServedRequest;
import io.feiqian.bank.contract.ShowServedResponse;
import io.grpc.stub.StreamObserver;

/** What an instance says of services and calls at once: as many as a bank of 12 cells has. */
final class InstantServices extends ServiceAdminGrpc.ServiceAdminImplBase {
    private static final int METHODS = 25;

    private final String cell;

    InstantServices(String cell) {
        this.cell = cell;
    }

    @Override
    public void listServices(ListServicesRequest asked, StreamObserver<ListServicesResponse> to) {
        ServiceRecord.Builder cells =
                ServiceRecord.newBuilder().setName("cell").setSubscribersKnown(true);
        for (int number = 1; number <= SpanBatches.CELLS; number++) {
            cells.addInstances(
                            ServiceInstanceRecord.newBuilder()
                                    .setInstance("cell-" + number + "-a")
                                    .setCell("cell-" + number)
                                    .setAddress("127.0.0.1:" + (7_000 + number))
                                    .putLabels("version", "1")
                                    .setState("REGISTERED"))
                    .addSubscribers("cell-" + number + "-a");
        }
        to.onNext(
                ListServicesResponse.newBuilder()
                        .setRegistryAnswers(true)
                        .addServices(cells)
                        .build());
        to.onCompleted();
    }

    @Override
    public void showServed(ShowServedRequest asked, StreamObserver<ShowServedResponse> to) {
        ShowServedResponse.Builder served =
                ShowServedResponse.newBuilder()
                        .setCell(cell)
                        .setInstance(cell + "-a")
                        .setSeconds(60);
        for (int i = 0; i < METHODS; i++) {
            served.addMethods(
                    MethodServed.newBuilder()
                            .setService("feiqian.bank.Bank")
                            .setMethod("Method" + i)
                            .setCalls(60_000)
                            .setTotalMicros(90_000_000)
                            .setLongestMicros(12_000));
        }
        to.onNext(served.build());
        to.onCompleted();
    }

    @Override
    public void listRecordedCalls(
            ListRecordedCallsRequest asked, StreamObserver<ListRecordedCallsResponse> to) {
        to.onNext(ListRecordedCallsResponse.newBuilder().setInstance(cell + "-a").build());
        to.onCompleted();
    }
}
