package io.feiqian.participantgrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.BranchContext;
import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.Inquiry;
import io.feiqian.participant.ServiceActions;
import io.feiqian.participant.ServiceSetup;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.participantgrpc.GrpcSnippets.Credits;
import io.feiqian.participantgrpc.GrpcSnippets.CreditsStub;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two services with a gRPC server each, as two processes would have them. */
final class GrpcServicesTest {
    private static final ContextKeys KEYS = ContextKeys.of("1 " + "0a".repeat(32));
    private static final ContextKeys FOREIGN = ContextKeys.of("1 " + "0b".repeat(32));

    private final Map<String, Channel> channels = new ConcurrentHashMap<>();
    private final Map<String, ManagedChannel> open = new ConcurrentHashMap<>();
    private final List<Server> servers = new ArrayList<>();
    private TwoDatabases two;
    private GlobalTransactions payments;
    private GlobalTransactions accounts;

    @BeforeEach
    void open() throws SQLException, IOException {
        two = new TwoDatabases();
        ServiceChannel channel = GrpcSnippets.channel(this::channel, KEYS);
        payments = opened("payments", two.payments, channel);
        accounts = opened("accounts", two.accounts, channel);
        serve("payments", payments);
        serve("accounts", accounts);
    }

    private static GlobalTransactions opened(
            String name, DataSource database, ServiceChannel channel) throws SQLException {
        return ServiceSetup.of(name, database, channel)
                .with(ServiceActions.none().with(new TwoDatabases.Credit()))
                .with(TwoDatabases.SETTINGS)
                .createTables()
                .open();
    }

    private Channel channel(String service) {
        Channel there = channels.get(service);
        if (there == null) {
            throw new IllegalStateException("service: " + service + " (expected: one known)");
        }
        return there;
    }

    private Server serve(String name, GlobalTransactions service) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        Server server =
                GrpcSnippets.serve(
                        NettyServerBuilder.forAddress(new InetSocketAddress(here, 0)),
                        service,
                        KEYS,
                        new Credits(service));
        servers.add(server);
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(new InetSocketAddress(here, server.getPort()))
                        .usePlaintext()
                        .build();
        channels.put(name, channel);
        ManagedChannel before = open.put(name, channel);
        if (before != null) {
            before.shutdownNow();
        }
        return server;
    }

    @AfterEach
    void close() {
        payments.close();
        accounts.close();
        servers.forEach(Server::shutdownNow);
        open.values().forEach(ManagedChannel::shutdownNow);
    }

    private CreditsStub stub() {
        return GrpcSnippets.stub(channel("accounts"), KEYS);
    }

    private BranchContext context(Duration remaining) {
        TransactionOrder order = two.order(25);
        return new BranchContext(
                new BranchKey(order.trace(), 1, 1),
                "payments",
                order.content().digest(),
                TwoDatabases.DAY,
                remaining);
    }

    /** Calls with these values of the header, as somebody would who has no library. */
    private StatusRuntimeException refused(String... headers) {
        Metadata metadata = new Metadata();
        for (String each : headers) {
            metadata.put(GrpcContext.HEADER, each);
        }
        CreditsStub plain =
                new CreditsStub(
                        ClientInterceptors.intercept(
                                channel("accounts"),
                                MetadataUtils.newAttachHeadersInterceptor(metadata)));
        List<StatusRuntimeException> failures = new ArrayList<>();
        assertThatThrownBy(() -> plain.credit(Content.ofText("25")))
                .isInstanceOfSatisfying(StatusRuntimeException.class, failures::add);
        return failures.get(0);
    }

    private static OutcomeCode code(StatusRuntimeException failed) {
        return GrpcRefusals.read(failed).map(Outcome.Refused::code).orElseThrow();
    }

    @Test
    @Requirement("P6.3.2-b")
    void aTransactionOverGrpcMovesMoneyAndSettles() throws SQLException {
        TransactionAnswer answer = GrpcSnippets.transfer(payments, two.order(25).settled(), stub());

        assertThat(answer.isAccepted()).isTrue();
        assertThat(answer.settled()).isTrue();
        assertThat(two.paid()).isEqualTo(25);
        assertThat(two.credited()).isEqualTo(25);
        assertThat(two.held()).isZero();
    }

    @Test
    void aMalformedAForgedAndAnExpiredContextAreRefusedBeforeTheMethodBegins() throws SQLException {
        BranchContext context = context(Duration.ofSeconds(5));
        StatusRuntimeException malformed = refused("1;2;3");
        StatusRuntimeException forged = refused(ContextHeader.write(context, FOREIGN));
        StatusRuntimeException expired = refused(ContextHeader.write(context(Duration.ZERO), KEYS));
        String good = ContextHeader.write(context, KEYS);
        StatusRuntimeException twice = refused(good, good);

        assertThat(malformed.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(code(malformed)).isEqualTo(OutcomeCode.MALFORMED_CONTEXT);
        assertThat(forged.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(code(forged)).isEqualTo(OutcomeCode.FORGED_CONTEXT);
        assertThat(expired.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(code(expired)).isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
        assertThat(code(twice)).isEqualTo(OutcomeCode.MALFORMED_CONTEXT);
        assertThat(two.held()).isZero();
    }

    @Test
    void aCallWithoutAContextIsNoBranchOfAnything() throws SQLException {
        assertThat(code(refused())).isEqualTo(OutcomeCode.MALFORMED_CONTEXT);
        assertThat(two.held()).isZero();
    }

    @Test
    void aCallThatComesTwiceIsAnsweredAsBeforeAndHoldsOnce() throws SQLException {
        BranchContext context = context(Duration.ofSeconds(30));
        CreditsStub stub = stub().withOption(GrpcContext.BRANCH, Optional.of(context));

        Content first = stub.credit(Content.ofText("25"));
        Content second = stub.credit(Content.ofText("25"));

        assertThat(second).isEqualTo(first);
        assertThat(two.held()).isEqualTo(25);
    }

    @Test
    void aBusinessRefusalIsTheTransactionsRefusalWithItsCode() throws SQLException {
        TransactionAnswer answer = GrpcSnippets.transfer(payments, two.order(13), stub());

        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.ACCOUNT_FROZEN);
        assertThat(answer.outcome().message()).isEqualTo("account: frozen");
        two.settle(payments, accounts);
        assertThat(two.paid()).isZero();
        assertThat(two.credited()).isZero();
    }

    @Test
    void aParticipantThatIsDownAtTheConfirmIsConfirmedOnceItIsBack() throws Exception {
        TransactionOrder order = two.order(25);
        CreditsStub stub = stub();
        Server server = servers.get(1);
        TransactionAnswer answer =
                payments.execute(
                        order,
                        scope -> {
                            GrpcSnippets.call(scope, stub, order.content());
                            server.shutdownNow();
                            try {
                                server.awaitTermination();
                            } catch (InterruptedException interrupted) {
                                throw new AssertionError(interrupted);
                            }
                            scope.own(connection -> {
                                TwoDatabases.debit(connection, 25);
                                return Content.EMPTY;
                            });
                        });

        assertThat(answer.isAccepted()).isTrue();
        assertThat(answer.settled()).isFalse();
        assertThat(two.credited()).isZero();

        serve("accounts", accounts);
        two.settle(payments, accounts);

        assertThat(two.credited()).isEqualTo(25);
        assertThat(two.held()).isZero();
        assertThat(two.paid()).isEqualTo(25);
    }

    @Test
    void aBranchLeftBehindAsksItsInitiatorOverGrpc() throws SQLException {
        BranchContext context = context(Duration.ofSeconds(2));
        accounts.branches().tcc(context, "credit", Content.ofText("25"));
        assertThat(two.held()).isEqualTo(25);

        two.settle(accounts);

        assertThat(two.held()).isZero();
        assertThat(payments.find(context.key().trace()).orElseThrow().isAccepted()).isFalse();
    }

    @Test
    void phaseTwoOfSomebodyWithAnotherKeyIsRefused() {
        Inquiry inquiry = new Inquiry(context(Duration.ZERO).key(), 7);

        assertThatThrownBy(() ->
                        GrpcPhaseTwo.channel(this::channel, FOREIGN, Duration.ofSeconds(20))
                                .inquire("payments", inquiry)
                                .toCompletableFuture()
                                .join())
                .cause()
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failed -> assertThat(code(failed)).isEqualTo(OutcomeCode.FORGED_CONTEXT));
    }
}
