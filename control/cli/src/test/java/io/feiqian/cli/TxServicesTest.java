package io.feiqian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.participant.BranchCall;
import io.feiqian.participant.Content;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.HttpEndpoint;
import io.feiqian.participant.LocalChannel;
import io.feiqian.participant.ServiceActions;
import io.feiqian.participant.ServiceSetup;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.participant.spi.TccAction;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What an operator sees and does with {@code feiqian tx --at} on two real services. */
final class TxServicesTest {
    private static final String OPERATORS = "1 " + "0c".repeat(32);
    private static final ContextKeys SERVICES = ContextKeys.of("1 " + "0a".repeat(32));
    private static final BusinessDate DAY =
            new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));

    /** How a command ended. */
    private record Ended(int status, String out, String err) {}

    private final LocalChannel wire = new LocalChannel();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> at = new ArrayList<>();
    private EmbeddedPostgres postgres;
    private HikariDataSource accountsDatabase;
    private GlobalTransactions payments;
    private GlobalTransactions accounts;
    private Path keys;

    @BeforeEach
    void open(@TempDir Path folder) throws SQLException, IOException {
        keys = Files.writeString(folder.resolve("operators"), OPERATORS);
        postgres = EmbeddedPostgres.temporary(Map.of());
        accountsDatabase = database("accounts");
        payments = serve("payments", database("payments"));
        accounts = serve("accounts", accountsDatabase);
    }

    private HikariDataSource database(String name) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                postgres.url(), EmbeddedPostgres.USER, postgres.password());
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name + " template template0");
        }
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(
                postgres.database().url().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1"));
        pool.setUsername(EmbeddedPostgres.USER);
        pool.setPassword(postgres.password());
        pool.setAutoCommit(false);
        pool.setMinimumIdle(1);
        HikariDataSource database = new HikariDataSource(pool);
        open.add(database);
        return database;
    }

    private GlobalTransactions serve(String name, HikariDataSource database)
            throws SQLException, IOException {
        GlobalTransactions service =
                ServiceSetup.of(name, database, wire)
                        .with(ServiceActions.none().with(new Nothing()))
                        .createTables()
                        .open();
        wire.add(service);
        open.add(0, service);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/feiqian/",
                new HttpEndpoint(service, SERVICES).withOperators(ContextKeys.of(OPERATORS)));
        server.start();
        open.add(0, () -> server.stop(0));
        at.add("--at");
        at.add(name + "=http://127.0.0.1:" + server.getAddress().getPort());
        return service;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        postgres.close();
    }

    /** Reserves nothing: what counts here are the rows. */
    private static final class Nothing implements TccAction {
        @Override
        public String name() {
            return "nothing";
        }

        @Override
        public Content attempt(Connection connection, BranchCall call) {
            return Content.EMPTY;
        }

        @Override
        public void confirm(Connection connection, BranchCall call) {}

        @Override
        public void cancel(Connection connection, BranchCall call) {}
    }

    private Ended tx(String... arguments) {
        List<String> all = new ArrayList<>(List.of("tx"));
        all.addAll(List.of(arguments));
        all.addAll(at);
        all.addAll(List.of("--keys", keys.toString()));
        return run(all);
    }

    @SuppressWarnings("SystemOut") // The command line's results are its standard output.
    private static Ended run(List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            CommandLine line = new CommandLine(new TxCommand()).setErr(new PrintWriter(err, true));
            line.setExecutionExceptionHandler((failure, at, parsed) -> {
                if (failure instanceof CommandFailure known) {
                    err.append(known.happened());
                    return known.status().code();
                }
                throw failure;
            });
            int status =
                    line.execute(arguments.subList(1, arguments.size()).toArray(String[]::new));
            return new Ended(status, out.toString(StandardCharsets.UTF_8), err.toString());
        } finally {
            System.setOut(before);
        }
    }

    private static void until(BooleanSupplier holds) {
        long give = Clock.system().nanos() + Duration.ofSeconds(60).toNanos();
        while (!holds.getAsBoolean()) {
            if (Clock.system().nanos() > give) {
                throw new AssertionError("not within 60 seconds");
            }
            Thread.onSpinWait();
        }
    }

    /** Decided, and its branch cancelled by somebody. */
    private String contradicted() throws SQLException {
        TraceNumber trace = TraceNumber.of(DAY, new Slot(1), 7, 4_711);
        TransactionOrder order = TransactionOrder.of(trace, Content.ofText("one"), DAY);
        wire.remove(accounts);
        boolean accepted =
                payments.execute(
                                order,
                                scope -> {
                                    var _ =
                                            scope.call(
                                                    "accounts",
                                                    order.content(),
                                                    context ->
                                                            accounts.branches()
                                                                    .tcc(
                                                                            context,
                                                                            "nothing",
                                                                            order.content()));
                                })
                        .isAccepted();
        assertThat(accepted).isTrue();
        try (Connection connection = accountsDatabase.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("update feiqian_branch set state = 3, finished_at = 1");
            connection.commit();
        }
        wire.add(accounts);
        return trace.toString();
    }

    @Test
    @Requirement({"B11.3-c", "B12-c.2"})
    void aContradictionOfServicesIsFoundShownAndResolvedByTwoOperators() throws SQLException {
        String trace = contradicted();
        until(() -> tx("show", trace).out().contains("alarm CONTRADICTION"));

        assertThat(tx("totals").out())
                .containsPattern("1 +INITIATOR DECIDED +accounts +(UP_TO_A_MINUTE|IN_TIME)");
        assertThat(tx("list").out()).contains(trace, "payments INITIATOR DECIDED");
        assertThat(tx("list", "--service", "others").out()).doesNotContain(trace);
        assertThat(tx("list", "--state", "cancelled").out()).contains("accounts BRANCH");
        assertThat(tx("list", "--state", "happy").status()).isEqualTo(1);
        assertThat(tx("show", trace).out())
                .contains("branch 1 of accounts: UNFINISHED", "CANCELLED", "1, TCC nothing");
        assertThat(tx("show", trace, "--json").out()).contains("\"CONTRADICTION\"");

        Ended both =
                tx("resolve", trace, "--branch", "1", "--as", "confirmed", "--corrected-by", "v17");
        assertThat(both.status()).as("two services").isEqualTo(ExitStatus.USAGE.code());
        at.subList(0, 2).clear();
        assertThat(resolve(trace, "cancelled").err()).contains("AGAINST_DECISION");
        Ended proposed = resolve(trace, "confirmed");
        assertThat(proposed.status()).as(proposed.err()).isZero();
        Matcher digest =
                Pattern.compile("approve accounts-1 --digest ([0-9a-f]{16})")
                        .matcher(proposed.out());
        assertThat(digest.find()).isTrue();
        assertThat(tx("proposals").out()).contains("proposal accounts-1, OPEN", "v17", "anna");
        assertThat(approve(digest.group(1), "anna").err()).contains("SECOND_OPERATOR_REQUIRED");
        assertThat(approve("0123456789abcdef", "berta").err()).contains("PROPOSAL_DIFFERS");
        assertThat(approve(digest.group(1), "berta").status()).isZero();
        assertThat(tx("proposals").out()).contains("no proposal waits");
        assertThat(tx("show", trace).out()).contains("CONFIRMED", "approve 1 by berta");
    }

    private Ended resolve(String trace, String verdict) {
        return tx(
                "resolve",
                trace,
                "--branch",
                "1",
                "--as",
                verdict,
                "--corrected-by",
                "v17",
                "--operator",
                "anna");
    }

    private Ended approve(String digest, String operator) {
        return tx("approve", "accounts-1", "--digest", digest, "--operator", operator);
    }

    @Test
    void itIsSuspendedResumedAndTakenUpAgainAndWhoKnowsNothingSaysSo() throws SQLException {
        String trace = contradicted();

        assertThat(tx("suspend", trace).out()).contains("suspended in 2 services");
        assertThat(tx("suspend", trace).out()).contains("it was suspended before");
        assertThat(tx("show", trace).out()).contains("SUSPENDED by");
        assertThat(tx("retry", trace).err()).contains("TRANSACTION_SUSPENDED");
        assertThat(tx("resume", trace).out()).contains("resumed in 2 services");
        assertThat(tx("retry", trace).out()).contains("1 records were taken up");
        String unknown = TraceNumber.of(DAY, new Slot(1), 7, 1).toString();
        assertThat(tx("show", unknown).err()).contains("UNKNOWN_TRANSACTION");
        assertThat(tx("retry", unknown).status()).isEqualTo(1);
    }

    @Test
    void aServiceThatIsDownIsNamedAndWhoHasNoKeyIsRefused() throws IOException {
        at.add("--at");
        at.add("gone=http://127.0.0.1:1");
        Ended ended = tx("totals");
        assertThat(ended.status()).isEqualTo(ExitStatus.NOT_RUNNING.code());
        assertThat(ended.err()).contains("gone does not answer");
        assertThat(ended.out()).contains("nothing is unfinished");

        Files.writeString(keys, "1 " + "0d".repeat(32));
        Ended refused = tx("totals");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("UNAUTHENTICATED");
        Files.delete(keys);
        assertThat(tx("totals").status()).isEqualTo(ExitStatus.USAGE.code());
    }
}
