package io.feiqian.cli;

import io.feiqian.bank.contract.CellAdminGrpc;
import io.feiqian.rpc.CallHeaders;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractBlockingStub;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * An operator's line to one cell, straight to its instances and past the gateway (the third law).
 * Asks the instances one after the other until one answers. Thread-safe.
 */
public final class CellAdminClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String cell;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final Metadata headers;
    private final Duration patience;

    /** A line to the cell at these endpoints, in an operator's name. */
    public CellAdminClient(Endpoints.Cell cell, BankClient.Operator operator) {
        this(cell, operator, PATIENCE);
    }

    /** The same with another time for an instance to answer. */
    public CellAdminClient(Endpoints.Cell cell, BankClient.Operator operator, Duration patience) {
        this.patience = patience;
        this.cell = cell.cell();
        for (String address : cell.instances()) {
            channels.add(NettyChannelBuilder.forTarget(address).usePlaintext().build());
        }
        headers = CallHeaders.ofOperator(operator.token(), operator.operator(), operator.reason());
    }

    /** The cell's name. */
    public String cell() {
        return cell;
    }

    /**
     * What the first instance that answers says.
     *
     * @throws CommandFailure with {@link ExitStatus#NOT_RUNNING} where none answers
     */
    public <R> R ask(Function<CellAdminGrpc.CellAdminBlockingStub, R> question) {
        return answers(CellAdminGrpc::newBlockingStub, question, 1).getFirst();
    }

    /**
     * What the first instance that answers says, of another service for operators.
     *
     * @throws CommandFailure with {@link ExitStatus#NOT_RUNNING} where none answers
     */
    public <S extends AbstractBlockingStub<S>, R> R ask(
            Function<Channel, S> service, Function<S, R> question) {
        return answers(service, question, 1).getFirst();
    }

    /**
     * What every instance that answers says: for what an instance knows of itself only.
     *
     * @throws CommandFailure with {@link ExitStatus#NOT_RUNNING} where none answers
     */
    public <R> List<R> askEach(Function<CellAdminGrpc.CellAdminBlockingStub, R> question) {
        return answers(CellAdminGrpc::newBlockingStub, question, channels.size());
    }

    private <S extends AbstractBlockingStub<S>, R> List<R> answers(
            Function<Channel, S> service, Function<S, R> question, int enough) {
        List<R> answers = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (ManagedChannel channel : channels) {
            if (answers.size() == enough) {
                break;
            }
            try {
                answers.add(
                        question.apply(
                                service.apply(channel)
                                        .withInterceptors(
                                                MetadataUtils.newAttachHeadersInterceptor(headers))
                                        .withDeadlineAfter(
                                                patience.toMillis(), TimeUnit.MILLISECONDS)));
            } catch (StatusRuntimeException failed) {
                failures.add(channel.authority() + ": " + inOneLine(failed));
            }
        }
        if (answers.isEmpty()) {
            throw new CommandFailure(
                    ExitStatus.NOT_RUNNING,
                    cell + " does not answer: " + String.join("; ", failures),
                    "See 'feiqian status' and the logs in the home folder.");
        }
        return answers;
    }

    /** Without the trace of the cause that a status brings along. */
    static String inOneLine(StatusRuntimeException failed) {
        Throwable cause = failed.getStatus().getCause();
        String why = cause == null ? failed.getStatus().getDescription() : cause.getMessage();
        String said = why == null ? "" : " (" + why.lines().findFirst().orElse("") + ")";
        return failed.getStatus().getCode() + said;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
