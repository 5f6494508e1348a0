package io.feiqian.chaos;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.orchestration.JdbcOrchestrationStore;
import io.feiqian.orchestration.OrchestrationSettings;
import io.feiqian.orchestration.Orchestrations;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.orchestration.spi.StepService;
import io.feiqian.orchestration.spi.StepServices;
import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.Content;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.HttpEndpoint;
import io.feiqian.participant.ServiceActions;
import io.feiqian.participant.ServiceSetup;
import io.feiqian.participant.TransactionSettings;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.sqlmode.SqlModeSettings;
import io.feiqian.sqlmode.SqlStatements;
import io.feiqian.sqlmode.TableCatalog;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of a service of one's own: accounts in a database, branches of every kind, and the
 * beginning of transactions over the other services. What it does not know it asks its database.
 */
final class ServiceNode {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceNode.class);
    private static final int CONNECTIONS = 14;
    private static final int STORE_CONNECTIONS = 6;
    private static final Duration LEASE = Duration.ofSeconds(4);
    private static final Duration SCAN = Duration.ofSeconds(1);

    private final ServiceConfig config;
    private final ContextKeys keys;
    private final GlobalTransactions transactions;
    private final ServiceSteps steps;
    private final GlobalInitiator initiator;

    private ServiceNode(
            ServiceConfig config,
            ContextKeys keys,
            GlobalTransactions transactions,
            ServiceSteps steps,
            GlobalInitiator initiator) {
        this.config = config;
        this.keys = keys;
        this.transactions = transactions;
        this.steps = steps;
        this.initiator = initiator;
    }

    /** Opens everything and serves until the process ends. */
    static void serve(ServiceConfig config) throws SQLException, IOException {
        ContextKeys keys = ContextKeys.in(Path.of(config.keys()), Clock.system());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Timer timer = Timer.system(config.name());
        long seed = Randomness.secure().nextLong();
        PeerCalls peers = new PeerCalls(config.peers(), keys, seed);
        HikariDataSource database = pool(config, CONNECTIONS, false);
        GlobalTransactions transactions = transactions(config, database, peers, timer, threads);
        ServiceSteps steps = new ServiceSteps(database);
        Orchestrations orchestrations =
                Orchestrations.open(
                        config.name() + "-" + Long.toUnsignedString(seed, 36),
                        JdbcOrchestrationStore.over(pool(config, STORE_CONNECTIONS, true)),
                        StepServices.of(Map.of("move", stepsOver(peers))),
                        new Orchestrations.Host(
                                threads,
                                timer,
                                Clock.system(),
                                (kind, trace, message) ->
                                        LOG.warn("{} {}: {}", kind, trace, message)),
                        OrchestrationSettings.DEFAULT.withLease(LEASE, SCAN));
        orchestrations.register(GlobalInitiator.SAGA);
        orchestrations.register(GlobalInitiator.ORCHESTRATION);
        ServiceNode node =
                new ServiceNode(
                        config,
                        keys,
                        transactions,
                        steps,
                        new GlobalInitiator(transactions, orchestrations, peers));
        transactions.start();
        node.listen(threads);
    }

    private static GlobalTransactions transactions(
            ServiceConfig config,
            HikariDataSource database,
            PeerCalls peers,
            Timer timer,
            ExecutorService threads)
            throws SQLException {
        ServiceActions actions = ServiceWork.actions();
        if (config.kinds().contains(GlobalKind.SQL)) {
            try (Connection connection = database.getConnection()) {
                TableCatalog catalog = TableCatalog.load(connection);
                connection.rollback();
                actions = actions.with(new SqlStatements(catalog, SqlModeSettings.defaults()));
            }
        }
        ServiceSetup setup =
                ServiceSetup.of(config.service(), database, peers)
                        .with(actions)
                        .with(TransactionSettings.DEFAULT)
                        .with(Clock.system(), timer, threads);
        return (config.kinds().contains(GlobalKind.XA) ? setup.withXa() : setup).open();
    }

    private static HikariDataSource pool(ServiceConfig config, int most, boolean autoCommit) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(config.url());
        pool.setUsername(config.user());
        pool.setPassword(config.password());
        pool.setMaximumPoolSize(most);
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(3_000);
        pool.setAutoCommit(autoCommit);
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        return new HikariDataSource(pool);
    }

    private static StepService stepsOver(PeerCalls peers) {
        return call -> {
            Leg leg = Wire.read(call.input(), StepInput.class).leg();
            Wire.Reply reply =
                    peers.step(
                            new Wire.Step(
                                    call.trace().toString(),
                                    call.number().toString(),
                                    call.direction(),
                                    leg));
            StepOutcome outcome =
                    switch (reply.branch().outcome()) {
                        case Outcome.Accepted _ -> StepOutcome.accepted();
                        case Outcome.Refused refused
                                when refused.code().kind() == OutcomeCode.Kind.BUSINESS ->
                                StepOutcome.refused(refused.code().name(), refused.message());
                        case Outcome.Refused refused -> StepOutcome.unknown(refused.message());
                        case Outcome.Unknown unknown -> StepOutcome.unknown(unknown.message());
                    };
            return CompletableFuture.completedFuture(outcome);
        };
    }

    /**
     * What a step is given.
     *
     * @param leg what it moves
     */
    record StepInput(Leg leg) {}

    private void listen(ExecutorService threads) throws IOException {
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), config.port()),
                        200);
        server.setExecutor(threads);
        HttpEndpoint phaseTwo = new HttpEndpoint(transactions, keys);
        server.createContext(HttpEndpoint.FINISH, phaseTwo);
        server.createContext(HttpEndpoint.INQUIRE, phaseTwo);
        server.createContext(Wire.BRANCHES, exchange -> answer(exchange, this::branch));
        server.createContext(Wire.STEPS, exchange -> answer(exchange, this::step));
        server.createContext(
                Wire.TRANSACTIONS,
                exchange ->
                        answer(
                                exchange,
                                (header, body) ->
                                        initiator.execute(Wire.read(body, GlobalRequest.class))));
        server.createContext(
                Wire.READY,
                exchange ->
                        answer(
                                exchange,
                                (header, body) -> Wire.Reply.of(Outcome.accepted(), false)));
        server.start();
        LOG.info("{} listens on port {}", config.name(), config.port());
    }

    /** What answers a call. */
    @FunctionalInterface
    private interface Handler {
        Wire.Reply answer(String header, String body) throws SQLException, InterruptedException;
    }

    private static void answer(HttpExchange exchange, Handler handler) throws IOException {
        try (exchange) {
            String body =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            List<String> headers =
                    exchange.getRequestHeaders().getOrDefault(ContextHeader.NAME, List.of(""));
            Wire.Reply reply = safely(handler, headers.getFirst(), body);
            byte[] bytes = Wire.write(reply).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static Wire.Reply safely(Handler handler, String header, String body) {
        try {
            return handler.answer(header, body);
        } catch (RefusedException refused) {
            return Wire.Reply.of(refused.outcome(), false);
        } catch (SQLException | RuntimeException failed) {
            // What became of it is not said: whoever asks again finds out.
            LOG.info("no answer: {}", failed.toString());
            return Wire.Reply.unknown(String.valueOf(failed.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Wire.Reply.unknown("interrupted");
        }
    }

    private Wire.Reply branch(String header, String body) throws SQLException {
        BranchContext context = ContextHeader.read(header, keys);
        Wire.Branch asked = Wire.read(body, Wire.Branch.class);
        Content content = Content.ofText(asked.content());
        Leg leg = Leg.of(config.service(), asked.how(), asked.content());
        String trace = context.key().trace().toString();
        String part = ServiceWork.part(context.key());
        BranchAnswer answer =
                switch (asked.how()) {
                    case TCC -> transactions.branches().tcc(context, ServiceWork.NAME, content);
                    case REVERSAL ->
                            transactions.branches().reversible(context, ServiceWork.NAME, content);
                    case SQL ->
                            transactions
                                    .branches()
                                    .sql(
                                            context,
                                            connection -> moved(connection, trace, part, leg));
                    case XA ->
                            transactions
                                    .branches()
                                    .xa(context, connection -> moved(connection, trace, part, leg));
                    case OWN, MESSAGE, STEP ->
                            throw new RefusedException(
                                    OutcomeCode.MALFORMED_REQUEST,
                                    "branch: " + asked.how() + " (expected: one with a try)");
                };
        return Wire.Reply.of(answer.outcome(), answer.recorded());
    }

    private static Content moved(Connection connection, String trace, String part, Leg leg)
            throws SQLException {
        ServiceAccounts.move(connection, trace, part, leg);
        return Content.EMPTY;
    }

    private Wire.Reply step(String header, String body) throws SQLException {
        Wire.Step step = Wire.read(body, Wire.Step.class);
        return switch (steps.call(step.trace(), step.step(), step.direction(), step.leg())) {
            case StepOutcome.Accepted _ -> Wire.Reply.of(Outcome.accepted(), false);
            case StepOutcome.Refused refused ->
                    new Wire.Reply(OutcomeCode.INSUFFICIENT_FUNDS, refused.message(), false);
            case StepOutcome.Unknown unknown -> Wire.Reply.unknown(unknown.message());
        };
    }
}
