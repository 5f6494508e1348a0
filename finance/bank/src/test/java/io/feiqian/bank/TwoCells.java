package io.feiqian.bank;

import io.feiqian.bank.contract.BankGrpc;
import io.feiqian.bank.contract.BankGrpc.BankBlockingStub;
import io.feiqian.bank.contract.CellAdminGrpc;
import io.feiqian.bank.contract.CellAdminGrpc.CellAdminBlockingStub;
import io.feiqian.bank.contract.DepositRequest;
import io.feiqian.bank.contract.GetAccountRequest;
import io.feiqian.bank.contract.MessageAdminGrpc;
import io.feiqian.bank.contract.MessageAdminGrpc.MessageAdminBlockingStub;
import io.feiqian.bank.contract.MovementResponse;
import io.feiqian.bank.contract.OpenAccountRequest;
import io.feiqian.bank.contract.OpenAccountResponse;
import io.feiqian.bank.contract.OpenCustomerRequest;
import io.feiqian.bank.contract.OpenInternalAccountRequest;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.bank.contract.Wait;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.RpcServer;
import io.feiqian.rpc.RpcServerConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.security.AesPersonalData;
import io.feiqian.security.KeyRing;
import io.feiqian.security.Secrets;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.telemetry.Alarm;
import io.feiqian.telemetry.Tracing;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** A bank over two cells in one process: real databases, real calls. */
final class TwoCells implements AutoCloseable {
    static final CellId FIRST = new CellId(1);
    static final CellId SECOND = new CellId(2);
    static final BusinessDate DAY = BusinessDate.ofNumber(20260105);
    static final Slot IN_FIRST = new Slot(17);
    static final Slot ALSO_IN_FIRST = new Slot(4_000);
    static final Slot IN_SECOND = new Slot(7_777);

    private static final int CHANNEL = 9;

    /** For calls without a deadline: far enough for the slowest machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** One running cell. */
    private record Cell(
            TemporaryDatabase stored,
            CellDatabase database,
            CellBank bank,
            RpcServer server,
            ManagedChannel channel) {}

    private final Timer timer = Timer.system("two-cells");
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Routes routes = new Routes(RouteMap.evenly(2));
    private final InProcessPeers peers = new InProcessPeers(routes, threads);
    private final AtomicLong serials = new AtomicLong();
    private final Map<CellId, Cell> cells = new HashMap<>();
    private final Map<CellId, Map<AccountNumber.Kind, String>> internal = new HashMap<>();
    private final List<Alarm> alarms = new CopyOnWriteArrayList<>();
    private final Secrets secrets;
    private final AdminToken token;

    TwoCells(Path folder) {
        this.secrets = Secrets.in(folder, Randomness.secure());
        this.token = AdminToken.obtain(secrets);
        for (CellId cell : new CellId[] {FIRST, SECOND}) {
            cells.put(cell, start(cell, TemporaryDatabase.create(), PATIENCE));
        }
    }

    InProcessPeers peers() {
        return peers;
    }

    Routes routes() {
        return routes;
    }

    CellDatabase database(CellId cell) {
        return cell(cell).database;
    }

    /** Stops a cell's process, so to speak, and starts another over the same database. */
    void restart(CellId which) {
        restart(which, PATIENCE);
    }

    /** The same, and the other gives calls without a deadline so much time. */
    void restart(CellId which, Duration patience) {
        Cell old = cell(which);
        old.channel.shutdownNow();
        old.server.stop(Duration.ofSeconds(5));
        old.bank.close();
        old.database.close();
        cells.put(which, start(which, old.stored, patience));
    }

    /** A fresh trace number whose home is this slot. */
    TraceNumber trace(Slot home) {
        return TraceNumber.of(DAY, home, CHANNEL, serials.incrementAndGet());
    }

    TraceNumber trace(String payer) {
        return trace(AccountNumber.parse(payer).slot());
    }

    /** The bank's stub of the cell that owns this slot. */
    BankBlockingStub bank(Slot slot) {
        return bank(routes.route(slot).owner());
    }

    BankBlockingStub bank(String account) {
        return bank(AccountNumber.parse(account).slot());
    }

    BankBlockingStub bank(CellId cell) {
        return BankGrpc.newBlockingStub(cell(cell).channel);
    }

    /** The bank's stub of a cell, for somebody with token, operator and reason. */
    BankBlockingStub operatorAt(CellId cell) {
        return bank(cell)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(operator("tester")));
    }

    CellAdminBlockingStub admin(CellId cell) {
        return admin(cell, "tester");
    }

    /** The same as somebody else. */
    CellAdminBlockingStub admin(CellId cell, String operator) {
        return CellAdminGrpc.newBlockingStub(cell(cell).channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(operator(operator)));
    }

    /** Changes a cell's rows behind the bank's back. */
    void run(CellId cell, String sql) {
        try (Connection connection = database(cell).pool().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(sql, failed);
        }
    }

    /** The alarms of both cells. */
    List<Alarm> alarms() {
        return alarms;
    }

    /** Looks again until it is so. */
    void until(BooleanSupplier condition) {
        for (int i = 0; i < 3_000 && !condition.getAsBoolean(); i++) {
            try {
                timer.pause(Duration.ofMillis(10));
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
        }
        if (!condition.getAsBoolean()) {
            throw new IllegalStateException("not so after half a minute");
        }
    }

    MessageAdminBlockingStub messageAdmin(CellId cell) {
        return MessageAdminGrpc.newBlockingStub(cell(cell).channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(operator("tester")));
    }

    String customer(Slot slot) {
        return bank(slot)
                .openCustomer(
                        OpenCustomerRequest.newBuilder()
                                .setTraceNumber(trace(slot).toString())
                                .setName("Test Customer")
                                .build())
                .getCustomer();
    }

    /** A new account of a new customer, with nothing in it. */
    String account(Slot slot, String overdraftLimit) {
        OpenAccountResponse opened =
                bank(slot)
                        .openAccount(
                                OpenAccountRequest.newBuilder()
                                        .setTraceNumber(trace(slot).toString())
                                        .setCustomer(customer(slot))
                                        .setCurrency("CNY")
                                        .setOverdraftLimit(overdraftLimit)
                                        .build());
        return opened.getAccount();
    }

    /** A new account of a new customer with this much in it, by a cash deposit in its cell. */
    String funded(Slot slot, String amount) {
        String account = account(slot, "");
        String cash = internal(routes.route(slot).owner(), AccountNumber.Kind.CASH);
        MovementResponse deposited =
                bank(cash)
                        .deposit(
                                DepositRequest.newBuilder()
                                        .setTraceNumber(trace(cash).toString())
                                        .setCashAccount(cash)
                                        .setAccount(account)
                                        .setAmount(amount)
                                        .setCurrency("CNY")
                                        .build());
        if (deposited.getOutcome().getCode() != 0) {
            throw new IllegalStateException(deposited.toString());
        }
        return account;
    }

    /** The cell's internal account of this kind, opened at the first call. */
    String internal(CellId cell, AccountNumber.Kind kind) {
        return internal.computeIfAbsent(cell, none -> new EnumMap<>(AccountNumber.Kind.class))
                .computeIfAbsent(
                        kind,
                        none ->
                                operatorAt(cell)
                                        .openInternalAccount(
                                                OpenInternalAccountRequest.newBuilder()
                                                        .setTraceNumber(
                                                                trace(Slot.pinnedTo(cell))
                                                                        .toString())
                                                        .setKind(kind.name())
                                                        .setCurrency("CNY")
                                                        .setName(kind + " of " + cell)
                                                        .build())
                                        .getAccount());
    }

    /** A transfer with a fresh trace number, not sent yet. */
    TransferRequest.Builder transfer(String payer, String payee, String amount) {
        return TransferRequest.newBuilder()
                .setTraceNumber(trace(payer).toString())
                .setPayerAccount(payer)
                .setPayeeAccount(payee)
                .setAmount(amount)
                .setCurrency("CNY")
                .setWait(Wait.SETTLED);
    }

    /** Sends it to the payer's cell. */
    MovementResponse send(TransferRequest.Builder transfer) {
        return bank(transfer.getPayerAccount()).transfer(transfer.build());
    }

    String balance(String account) {
        return bank(account)
                .getAccount(GetAccountRequest.newBuilder().setAccount(account).build())
                .getBalance();
    }

    @Override
    public void close() {
        for (Cell each : cells.values()) {
            each.channel.shutdownNow();
            each.server.stop(Duration.ofSeconds(5));
            each.bank.close();
            each.database.close();
            each.stored.close();
        }
        timer.close();
        threads.close();
    }

    private Cell cell(CellId id) {
        Cell found = cells.get(id);
        if (found == null) {
            throw new IllegalArgumentException("cell: " + id + " (expected: first or second)");
        }
        return found;
    }

    private Cell start(CellId id, TemporaryDatabase stored, Duration patience) {
        CellDatabase database =
                CellDatabase.open(
                        stored.config().withDurability(DatabaseConfig.Durability.DEVELOPMENT),
                        id,
                        CellBank.MODULES);
        CellBank bank =
                CellBank.start(
                        CellBank.Settings.of(id + "-a", DAY),
                        new CellBank.Ports(
                                database,
                                routes,
                                peers,
                                peers,
                                new AesPersonalData(KeyRing.obtain(secrets), Randomness.secure()),
                                Clock.system(),
                                timer,
                                Tracing.none(),
                                new SimpleMeterRegistry(),
                                alarms::add));
        peers.connect(id, bank);
        RpcServer server =
                RpcServer.builder(
                                RpcServerConfig.loopback(0).withDefaultDeadline(patience),
                                Clock.system())
                        .add(bank.bank())
                        .addAdmin(bank.admin())
                        .addAdmin(bank.messageAdmin())
                        .adminToken(token)
                        .build()
                        .start();
        server.ready();
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
        return new Cell(stored, database, bank, server, channel);
    }

    private Metadata operator(String name) {
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                "Bearer " + token.reveal());
        headers.put(
                Metadata.Key.of("feiqian-operator-bin", Metadata.BINARY_BYTE_MARSHALLER),
                name.getBytes(StandardCharsets.UTF_8));
        headers.put(
                Metadata.Key.of("feiqian-reason-bin", Metadata.BINARY_BYTE_MARSHALLER),
                "a test needs it".getBytes(StandardCharsets.UTF_8));
        return headers;
    }
}
