package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two services with an HTTP server each, as two processes would have them. */
final class HttpChannelTest {
    private static final ContextKeys KEYS = ContextKeys.of("1 " + "0a".repeat(32));
    private static final ContextKeys FOREIGN = ContextKeys.of("1 " + "0b".repeat(32));
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Map<String, URI> addresses = new ConcurrentHashMap<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private TwoServices two;
    private HttpServer accountsServer;
    private HttpServer paymentsServer;
    private GlobalTransactions payments;
    private GlobalTransactions accounts;

    @BeforeEach
    void open() throws SQLException, IOException {
        two = TwoServices.open();
        HttpChannel channel =
                new HttpChannel(
                        client,
                        name -> addresses.getOrDefault(name, URI.create("http://[::1]:1/")),
                        KEYS,
                        PATIENCE);
        payments = opened("payments", two.paymentsDatabase, channel);
        accounts = opened("accounts", two.accountsDatabase, channel);
        paymentsServer = serve("payments", payments);
        accountsServer = serve("accounts", accounts);
        // A user's own endpoint: it takes the header from the call and joins.
        accountsServer.createContext(
                "/credit",
                exchange -> {
                    try (exchange) {
                        String header = exchange.getRequestHeaders().getFirst(ContextHeader.NAME);
                        Content order = Content.of(exchange.getRequestBody().readAllBytes());
                        String answer;
                        try {
                            BranchContext context = ContextHeader.read(header, KEYS);
                            answer =
                                    accounts.branches()
                                            .tcc(context, "credit", order)
                                            .outcome()
                                            .code()
                                            .name();
                        } catch (RefusedException refused) {
                            answer = refused.code().name();
                        } catch (SQLException failed) {
                            answer = "UNKNOWN";
                        }
                        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(200, bytes.length);
                        exchange.getResponseBody().write(bytes);
                    }
                });
    }

    private GlobalTransactions opened(
            String name, javax.sql.DataSource database, HttpChannel channel) throws SQLException {
        return ServiceSetup.of(name, database, channel)
                .with(AccountActions.all())
                .with(Clock.system(), two.timer, two.executor)
                .createTables()
                .open();
    }

    private HttpServer serve(String name, GlobalTransactions service) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(two.executor);
        server.createContext("/feiqian/", new HttpEndpoint(service, KEYS));
        server.start();
        addresses.put(
                name,
                URI.create(
                        "http://%s:%d/"
                                .formatted(
                                        server.getAddress().getAddress().getHostAddress(),
                                        server.getAddress().getPort())));
        return server;
    }

    @AfterEach
    void close() {
        payments.close();
        accounts.close();
        paymentsServer.stop(0);
        accountsServer.stop(0);
        client.close();
        two.close();
    }

    private String post(URI to, Map<String, String> headers, String body) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(to).POST(BodyPublishers.ofString(body)).timeout(PATIENCE);
        headers.forEach(request::header);
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    private String path(String service, String path) {
        return addresses.getOrDefault(service, URI.create("/")).resolve(path).toString();
    }

    @Test
    @Requirement("P6.3.2-b")
    void aTransactionOverHttpMovesMoneyAndSettles() throws Exception {
        Content order = AccountActions.order(2, 25);

        TransactionAnswer answer =
                payments.execute(
                        two.order("over HTTP").settled(),
                        scope -> {
                            scope.call(
                                    "accounts",
                                    order,
                                    context -> {
                                        String said =
                                                post(
                                                        URI.create(path("accounts", "/credit")),
                                                        Map.of(
                                                                ContextHeader.NAME,
                                                                ContextHeader.write(context, KEYS)),
                                                        order.text());
                                        assertThat(said).isEqualTo("200 ACCEPTED");
                                        return BranchAnswer.accepted(Content.EMPTY);
                                    });
                            scope.own(connection -> AccountActions.change(connection, 1, -25));
                        });

        assertThat(answer.isAccepted()).isTrue();
        assertThat(answer.settled()).isTrue();
        assertThat(two.balance(two.accountsDatabase, 2)).isEqualTo(1_025);
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(975);
    }

    @Test
    void aBranchLeftBehindAsksItsInitiatorOverHttp() throws Exception {
        BranchContext context =
                new BranchContext(
                        new BranchKey(two.order("gone").trace(), 1, 1),
                        "payments",
                        7,
                        TwoServices.DAY,
                        Duration.ofSeconds(2));
        accounts.branches().tcc(context, "credit", AccountActions.order(2, 25));

        two.settle(accounts);

        assertThat(two.held()).isZero();
        assertThat(payments.find(context.key().trace()).orElseThrow().isAccepted()).isFalse();
    }

    @Test
    void whatNoServiceOfTheBankSignedIsRefused() throws Exception {
        String body = "confirm";
        URI finish = URI.create(path("accounts", HttpEndpoint.FINISH));

        assertThat(post(finish, Map.of(), body)).startsWith("401 1052 FORGED_CONTEXT");
        String foreign = FOREIGN.sign(SignedMessage.signed(HttpEndpoint.FINISH, "accounts", body));
        assertThat(post(finish, Map.of(HttpEndpoint.SIGNATURE, foreign), body))
                .startsWith("401 1052 FORGED_CONTEXT");
        // A body that was signed for another path.
        String inquiry = KEYS.sign(SignedMessage.signed(HttpEndpoint.INQUIRE, "accounts", body));
        assertThat(post(finish, Map.of(HttpEndpoint.SIGNATURE, inquiry), body)).startsWith("401");
    }

    @Test
    void aServiceThatIsReachedAtAnAddressOfAnotherAnswersForNothing() throws Exception {
        BranchContext context =
                new BranchContext(
                        new BranchKey(two.order("misrouted").trace(), 1, 1),
                        "payments",
                        7,
                        TwoServices.DAY,
                        Duration.ofSeconds(2));
        accounts.branches().tcc(context, "credit", AccountActions.order(2, 25));
        URI right = addresses.put("payments", addresses.getOrDefault("accounts", URI.create("/")));

        HttpChannel channel =
                new HttpChannel(
                        client, name -> addresses.getOrDefault(name, right), KEYS, PATIENCE);
        assertThatThrownBy(() ->
                        channel.inquire("payments", new Inquiry(context.key(), 7))
                                .toCompletableFuture()
                                .join())
                .hasMessageContaining("401");

        // It wrote nothing of a transaction that is not its own to decide.
        assertThat(accounts.find(context.key().trace())).isEmpty();
        assertThat(two.held()).isEqualTo(25);
    }

    @Test
    void whatCannotBeReadIsRefusedWithWhatWasExpected() throws Exception {
        for (String body :
                new String[] {
                    "confirm", "confirm 1 2 3 4 5 6 7 8", "x ".repeat(40), "\n".repeat(3_000)
                }) {
            String signature =
                    KEYS.sign(SignedMessage.signed(HttpEndpoint.FINISH, "accounts", body));
            HttpEndpoint.Answer answer =
                    new HttpEndpoint(accounts, KEYS)
                            .answer(HttpEndpoint.FINISH, Optional.of(signature), body);
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertThat(answer.body()).contains("expected");
        }
        URI finish = URI.create(path("accounts", HttpEndpoint.FINISH));
        HttpResponse<String> got =
                client.send(HttpRequest.newBuilder(finish).build(), BodyHandlers.ofString());
        assertThat(got.statusCode()).isEqualTo(405);
    }

    /** A server that answers everything with this body, as somebody in between might. */
    private HttpServer impostor(String body) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(two.executor);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        byte[] unread = exchange.getRequestBody().readAllBytes();
                        assertThat(unread).isNotEmpty();
                        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(200, bytes.length);
                        exchange.getResponseBody().write(bytes);
                    } catch (IOException hungUp) {
                        // The other side heard enough.
                        assertThat(hungUp).isNotNull();
                    }
                });
        server.start();
        return server;
    }

    private Throwable answeredBy(String body) throws IOException {
        BranchKey key = new BranchKey(two.order("answered").trace(), 1, 1);
        HttpServer server = impostor(body);
        try {
            URI there = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
            HttpChannel channel = new HttpChannel(client, name -> there, KEYS, PATIENCE);
            List<Throwable> failures = new ArrayList<>();
            assertThatThrownBy(() ->
                            channel.inquire("payments", new Inquiry(key, 7))
                                    .toCompletableFuture()
                                    .join())
                    .satisfies(failed -> failures.add(failed.getCause()));
            return failures.get(0);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void anAnswerThatNoServiceOfTheBankGaveToThisRequestIsNotBelieved() throws IOException {
        SignedMessage other = SignedMessage.of(HttpEndpoint.INQUIRE, "payments", "other", KEYS);
        for (String body :
                List.of(
                        "COMMIT",
                        "1:" + "00".repeat(32) + "\nCOMMIT",
                        // Signed, but by somebody else, or as the answer to something else.
                        other.answer("COMMIT", FOREIGN),
                        other.answer("COMMIT", KEYS))) {
            assertThat(answeredBy(body))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused ->
                                    assertThat(refused.code())
                                            .isEqualTo(OutcomeCode.FORGED_CONTEXT));
        }
    }

    @Test
    void anAnswerWithoutEndIsNotReadToItsEnd() throws IOException {
        String endless = "x".repeat(PhaseTwoText.LONGEST_ANSWER + 1);

        assertThat(answeredBy(endless)).isInstanceOf(IOException.class).hasMessageContaining("at");
    }

    @Test
    void ordersAreDividedWhereOneMessageWouldBeTooLongForTheOtherSide() {
        List<Integer> sent = new ArrayList<>();
        HttpEndpoint endpoint = new HttpEndpoint(accounts, KEYS);
        SignedChannel channel =
                new SignedChannel(
                        (service, message) -> {
                            sent.add(message.body().length());
                            if (message.body().length() > 20_000) {
                                return CompletableFuture.failedFuture(
                                        new IllegalStateException("413"));
                            }
                            HttpEndpoint.Answer answer =
                                    endpoint.answer(
                                            message.path(),
                                            Optional.of(message.signature()),
                                            message.body());
                            return CompletableFuture.completedFuture(answer.body());
                        },
                        KEYS,
                        10_000);
        List<FinishOrder> orders = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int bytes = i == 5 ? 30_000 : 3_000;
            orders.add(
                    new FinishOrder(
                            FinishOrder.Verb.DELIVER,
                            new BranchKey(two.order("divided").trace(), 1, 1),
                            "payments",
                            7,
                            TwoServices.DAY,
                            "credit-message",
                            Content.of(new byte[bytes])));
        }

        List<FinishReport> reports =
                channel.finish("accounts", orders).toCompletableFuture().join();

        assertThat(sent).hasSize(7).filteredOn(length -> length > 10_000).hasSize(1);
        assertThat(reports)
                .extracting(FinishReport::key)
                .containsExactlyInAnyOrderElementsOf(
                        orders.stream().map(FinishOrder::key).toList());
        assertThat(reports)
                .filteredOn(each -> each.outcome().code() == OutcomeCode.CELL_UNAVAILABLE)
                .extracting(FinishReport::key)
                .containsExactly(orders.get(5).key());
    }

    @Test
    void anEndpointTakesWhatASenderOfTheSameSettingsMaySend() throws SQLException {
        TransactionSettings large = two.settings().withMostContent(40 * 1024 * 1024);
        GlobalTransactions roomy =
                ServiceSetup.of("roomy", two.accountsDatabase, two.wire).with(large).open();

        assertThat(new HttpEndpoint(accounts, KEYS).longestBody())
                .isEqualTo(PhaseTwoText.USUAL_BODY);
        assertThat(new HttpEndpoint(roomy, KEYS).longestBody())
                .isGreaterThan(40 * 1024 * 1024 / 3 * 4);
        roomy.close();
    }
}
