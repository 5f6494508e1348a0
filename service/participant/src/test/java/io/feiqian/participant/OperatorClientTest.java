package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operators' questions over HTTP, and who may ask them. */
final class OperatorClientTest {
    private static final ContextKeys SERVICES = ContextKeys.of("1 " + "0a".repeat(32));
    private static final ContextKeys OPERATORS = ContextKeys.of("1 " + "0c".repeat(32));

    private final HttpClient client = HttpClient.newHttpClient();
    private TwoServices two;
    private GlobalTransactions payments;
    private HttpServer server;

    @BeforeEach
    void open() throws SQLException, IOException {
        two = TwoServices.open();
        payments = two.payments(TwoServices.silence());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(two.executor);
        server.createContext(
                "/feiqian/", new HttpEndpoint(payments, SERVICES).withOperators(OPERATORS));
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
        client.close();
        two.close();
    }

    private List<OperatorLine> ask(
            ContextKeys keys, Clock clock, String word, Map<String, String> values) {
        URI there = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        return new OperatorClient(
                        new HttpTransport(client, name -> there, Duration.ofSeconds(20)),
                        keys,
                        clock)
                .ask("payments", word, values)
                .toCompletableFuture()
                .join();
    }

    private void refused(
            OutcomeCode code,
            ContextKeys keys,
            Clock clock,
            String word,
            Map<String, String> values) {
        assertThatThrownBy(() -> ask(keys, clock, word, values))
                .cause()
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @Test
    void whoHasTheOperatorsKeySeesAndChangesTransactions() throws SQLException {
        TransactionOrder order = two.order("seen: with = and\nlines");
        payments.execute(
                order, scope -> scope.message("accounts", "credit-message", Content.EMPTY));
        Map<String, String> named =
                Map.of(
                        "trace", order.trace().toString(),
                        "operator", "anna",
                        "reason", "räume auf = jetzt");

        List<OperatorLine> listed = ask(OPERATORS, Clock.system(), "list", Map.of());
        List<OperatorLine> held = ask(OPERATORS, Clock.system(), "suspend", named);
        List<OperatorLine> shown = ask(OPERATORS, Clock.system(), "show", named);
        List<OperatorLine> totals = ask(OPERATORS, Clock.system(), "totals", Map.of());

        assertThat(listed).extracting(OperatorLine::word).containsExactly("record", "branch");
        assertThat(listed.get(0).text("trace")).isEqualTo(order.trace().toString());
        assertThat(held.get(0).number("count")).isEqualTo(1);
        assertThat(shown)
                .filteredOn(each -> each.word().equals("suspension"))
                .singleElement()
                .satisfies(each -> assertThat(each.text("reason")).isEqualTo("räume auf = jetzt"));
        assertThat(totals.get(totals.size() - 1).number("suspended")).isEqualTo(1);
    }

    @Test
    void whoHasNoneIsRefusedWhateverHeAsks() {
        for (String word : List.of("totals", "list", "proposals", "approve")) {
            refused(OutcomeCode.UNAUTHENTICATED, SERVICES, Clock.system(), word, Map.of());
        }
        HttpEndpoint endpoint = new HttpEndpoint(payments, SERVICES).withOperators(OPERATORS);
        assertThat(endpoint.answer(HttpEndpoint.OPERATE, Optional.empty(), "totals\n").status())
                .isEqualTo(401);
        // A service that was given no operators' keys answers nobody.
        SignedMessage asked =
                SignedMessage.of(HttpEndpoint.OPERATE, "payments", "totals\n", SERVICES);
        assertThat(
                        new HttpEndpoint(payments, SERVICES)
                                .answer(
                                        HttpEndpoint.OPERATE,
                                        Optional.of(asked.signature()),
                                        asked.body())
                                .status())
                .isEqualTo(401);
        // An operator gives no orders of phase two.
        SignedMessage order = SignedMessage.of(HttpEndpoint.FINISH, "payments", "", OPERATORS);
        assertThat(
                        endpoint.answer(
                                        HttpEndpoint.FINISH,
                                        Optional.of(order.signature()),
                                        order.body())
                                .status())
                .isEqualTo(401);
    }

    @Test
    void whatWasOverheardCannotBeAskedAgainLater() {
        SettableClock late = new SettableClock(Clock.system().now().minus(Duration.ofMinutes(6)));

        refused(OutcomeCode.UNAUTHENTICATED, OPERATORS, late, "totals", Map.of());
    }

    @Test
    void aChangeThatWasOverheardIsNotDoneAgain() throws SQLException {
        TransactionOrder order = two.order("overheard");
        payments.execute(
                order, scope -> scope.message("accounts", "credit-message", Content.EMPTY));
        SettableClock same = new SettableClock(Clock.system().now());
        Map<String, String> change =
                Map.of(
                        "trace", order.trace().toString(),
                        "operator", "anna",
                        "reason", "looking");

        assertThat(ask(OPERATORS, same, "suspend", change)).hasSize(1);
        refused(OutcomeCode.UNAUTHENTICATED, OPERATORS, same, "suspend", change);
        assertThat(ask(OPERATORS, same, "show", change)).isNotEmpty();
        assertThat(ask(OPERATORS, same, "show", change)).isNotEmpty();
        same.advance(Duration.ofMillis(1));
        assertThat(ask(OPERATORS, same, "suspend", change)).hasSize(1);
    }

    @Test
    void aQuestionOfAnotherFormIsRefusedWithWhatWasExpected() {
        Clock now = Clock.system();
        refused(OutcomeCode.UNKNOWN_PATH, OPERATORS, now, "explode", Map.of());
        refused(OutcomeCode.MALFORMED_REQUEST, OPERATORS, now, "list", Map.of("limit", "many"));
        refused(OutcomeCode.MALFORMED_REQUEST, OPERATORS, now, "list", Map.of("state", "happy"));
        refused(OutcomeCode.INVALID_TRACE_NUMBER, OPERATORS, now, "show", Map.of("trace", "17"));
        refused(
                OutcomeCode.OPERATOR_REQUIRED,
                OPERATORS,
                now,
                "reject",
                Map.of("id", "1", "operator", "anna"));
    }
}
