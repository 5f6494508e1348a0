package io.feiqian.console;

import io.feiqian.bank.contract.BranchRecord;
import io.feiqian.bank.contract.CellAdminGrpc;
import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.CellStatusResponse;
import io.feiqian.bank.contract.DrainInstanceRequest;
import io.feiqian.bank.contract.InstanceAdminGrpc;
import io.feiqian.bank.contract.InstanceResponse;
import io.feiqian.bank.contract.OwnedRange;
import io.feiqian.bank.contract.RegisteredInstance;
import io.feiqian.bank.contract.RegistryView;
import io.feiqian.bank.contract.RouteRecord;
import io.feiqian.bank.contract.ShowInstanceRequest;
import io.feiqian.bank.contract.ShowInstanceResponse;
import io.feiqian.bank.contract.ShowTransactionRequest;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.cli.Endpoints;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A cell of two that says what it knows of itself and of the other, over a real line. */
final class TalkativeCell implements AutoCloseable {
    private static final List<String> ALL = List.of("cell-1", "cell-2");

    private final String name;
    private final AtomicInteger asked = new AtomicInteger();
    private final Server server;

    private TalkativeCell(String name) {
        this.name = name;
        this.server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(new Admin())
                        .addService(new Instance())
                        .build();
    }

    static TalkativeCell start(String name) {
        TalkativeCell cell = new TalkativeCell(name);
        try {
            cell.server.start();
            return cell;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    Endpoints.Cell endpoints() {
        return new Endpoints.Cell(name, "", List.of("127.0.0.1:" + server.getPort()));
    }

    /** How often anything was asked of it. */
    int asked() {
        return asked.get();
    }

    private <R> void answer(StreamObserver<R> to, R answer) {
        asked.incrementAndGet();
        to.onNext(answer);
        to.onCompleted();
    }

    private final class Admin extends CellAdminGrpc.CellAdminImplBase {
        @Override
        public void getCellStatus(
                CellStatusRequest request, StreamObserver<CellStatusResponse> to) {
            answer(
                    to,
                    CellStatusResponse.newBuilder()
                            .setCell(name)
                            .addRanges(OwnedRange.newBuilder().setLast(4_949))
                            .build());
        }

        @Override
        public void showTransaction(
                ShowTransactionRequest request, StreamObserver<ShowTransactionResponse> to) {
            TransactionRecord.Builder record =
                    TransactionRecord.newBuilder().setCell(name).setInitiator("cell-2");
            ALL.forEach(each -> record.addBranches(BranchRecord.newBuilder().setCell(each)));
            answer(
                    to,
                    ShowTransactionResponse.newBuilder().setCell(name).addRecords(record).build());
        }
    }

    private final class Instance extends InstanceAdminGrpc.InstanceAdminImplBase {
        @Override
        public void drainInstance(
                DrainInstanceRequest request, StreamObserver<InstanceResponse> to) {
            answer(to, InstanceResponse.newBuilder().setChanged(true).build());
        }

        @Override
        public void showInstance(
                ShowInstanceRequest request, StreamObserver<ShowInstanceResponse> to) {
            RegistryView.Builder registry = RegistryView.newBuilder().setAnswers(true);
            for (String each : ALL) {
                int first = each.equals("cell-1") ? 0 : 4_950;
                registry.addRoutes(
                                RouteRecord.newBuilder()
                                        .setFirst(first)
                                        .setLast(first + 4_949)
                                        .setOwner(each))
                        .addInstances(RegisteredInstance.newBuilder().setCell(each));
            }
            answer(
                    to,
                    ShowInstanceResponse.newBuilder()
                            .setCell(name)
                            .setInstance(name + "-1")
                            .setState("SERVING")
                            .setRegistry(registry)
                            .build());
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
