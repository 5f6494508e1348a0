package io.feiqian.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.BranchContext;
import io.feiqian.participant.BranchKey;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Two Spring Boot services over real HTTP, each with a database of its own: whatever happens, money
 * and points add up and nothing is left open.
 */
@Timeout(300)
final class ExampleTest {
    private static final BusinessDate DAY =
            new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Example example;
    private static ConfigurableApplicationContext accounts;
    private static ConfigurableApplicationContext points;
    private static long serial;

    @TempDir Path folder;

    /** What a test wants to happen when the points service has answered its try. */
    private static volatile Runnable afterTry = () -> {};

    /** The accounts service's client, with the test's hand in it. */
    @Configuration(proxyBeanMethods = false)
    static class Interrupted {
        @Bean
        RestClientCustomizer afterTry() {
            return builder ->
                    builder.requestInterceptor((request, body, execution) -> {
                        var response = execution.execute(request, body);
                        afterTry.run();
                        return response;
                    });
        }
    }

    @BeforeAll
    static void start() throws Exception {
        example = Example.prepare(0, 0);
        points = example.startPoints();
        accounts = example.startAccounts(Interrupted.class);
    }

    @AfterAll
    static void stop() throws Exception {
        accounts.close();
        points.close();
        example.close();
    }

    @AfterEach
    void everythingAddsUpAndNothingIsLeftOpen() throws SQLException {
        afterTry = () -> {};
        await(() -> open("accounts") + open("points") == 0);
        assertThat(number("accounts", "select sum(cents)::bigint from account")).isEqualTo(200_000);
        assertThat(number("points", "select sum(points)::bigint from member")).isEqualTo(1_000_000);
        assertThat(number("points", "select sum(announced)::bigint from member")).isZero();
    }

    @Test
    @Requirement({"P6.3.2-b", "P6.2.1-0.1", "S.ms-7"})
    void aPurchaseTakesMoneyHereAndGivesPointsThere() throws Exception {
        long cents = balance(1);
        long before = pointsOf(1);

        HttpResponse<String> answer = buy(next(), 1, 3_000, 1);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("paid 3000");
        assertThat(balance(1)).isEqualTo(cents - 3_000);
        assertThat(pointsOf(1)).isEqualTo(before + 30);
    }

    @Test
    void aRepeatedPurchaseIsAnsweredAsTheFirstAndMovesNothing() throws Exception {
        TraceNumber trace = next();
        long before = pointsOf(1);
        buy(trace, 1, 1_000, 1);
        long cents = balance(1);

        HttpResponse<String> again = buy(trace, 1, 1_000, 1);
        HttpResponse<String> another = buy(trace, 1, 2_000, 1);

        assertThat(again.body()).isEqualTo("paid 1000");
        assertThat(again.headers().firstValue("feiqian-recorded")).contains("true");
        assertThat(another.statusCode()).isEqualTo(409);
        assertThat(another.body()).contains("\"code\":2101");
        assertThat(balance(1)).isEqualTo(cents);
        assertThat(pointsOf(1)).isEqualTo(before + 10);
    }

    @Test
    void aRefusalOfEitherSideLeavesNothingAtBoth() throws Exception {
        long cents = balance(1);
        long before = pointsOf(1);

        HttpResponse<String> poor = buy(next(), 1, 99_999_900, 1);
        HttpResponse<String> noMember = buy(next(), 1, 1_000, 9);

        assertThat(poor.statusCode()).isEqualTo(422);
        assertThat(poor.body()).contains("\"code\":2004", "INSUFFICIENT_FUNDS");
        assertThat(noMember.statusCode()).isEqualTo(404);
        assertThat(noMember.body()).contains("\"code\":1103", "member: 9");
        assertThat(balance(1)).isEqualTo(cents);
        assertThat(pointsOf(1)).isEqualTo(before);
    }

    @Test
    void aServiceThatIsAwayAtTheConfirmIsConfirmedWhenItIsBack() throws Exception {
        long cents = balance(2);
        long before = pointsOf(2);
        afterTry = () -> points.close();

        HttpResponse<String> answer = buy(next(), 2, 5_000, 2);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(balance(2)).isEqualTo(cents - 5_000);
        assertThat(open("points")).isEqualTo(1);
        assertThat(open("accounts")).isEqualTo(1);

        afterTry = () -> {};
        // The initiator's instance goes too: what finishes the purchase is what is on record.
        accounts.close();
        accounts = example.startAccounts(Interrupted.class);
        points = example.startPoints();
        await(() -> open("accounts") + open("points") == 0);
        assertThat(pointsOf(2)).isEqualTo(before + 50);
    }

    @Test
    void aServiceThatIsAwayAtTheTryMakesThePurchaseBeAbortedAndItCanBeTriedAgain()
            throws Exception {
        TraceNumber trace = next();
        long cents = balance(2);
        points.close();

        HttpResponse<String> away = buy(trace, 2, 1_000, 2);
        points = example.startPoints();
        HttpResponse<String> back = buy(trace, 2, 1_000, 2);

        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(away.body()).contains("\"code\":4007");
        assertThat(back.statusCode()).isEqualTo(200);
        assertThat(balance(2)).isEqualTo(cents - 1_000);
    }

    @Test
    void aContextThatIsForgedMalformedExpiredOrAbsentIsRefused() throws Exception {
        Path others = folder.resolve("keys");
        Files.writeString(others, "1 " + "f".repeat(64) + "\n");
        ContextKeys theirs = ContextKeys.in(others, Clock.system());
        ContextKeys ours = ContextKeys.in(example.keys(), Clock.system());
        Duration time = Duration.ofSeconds(9);

        assertThat(earn(ContextHeader.write(context(time), theirs)))
                .contains("401 ", "\"code\":1052");
        assertThat(earn("1;2;3")).contains("400 ", "\"code\":1051");
        assertThat(earn(ContextHeader.write(context(Duration.ZERO), ours)))
                .contains("504 ", "\"code\":4002");
        assertThat(earn("")).contains("400 ", "\"code\":1011");
        assertThat(
                        number(
                                "points",
                                "select count(*) from feiqian_branch where action = 'earn'"
                                        + " and initiator = 'nobody'"))
                .isZero();
    }

    @Test
    void whatIsPostedToPhaseTwoByAStrangerIsRefused() throws Exception {
        HttpResponse<String> answer =
                post(example.pointsUrl() + "/feiqian/transactions/finish", "", "anything");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).startsWith("1052 FORGED_CONTEXT");
    }

    @Test
    void aGiftIsGivenOnceHoweverOftenItIsAskedFor() throws Exception {
        String gift = "{\"trace\":\"%s\",\"member\":2,\"points\":%d}";
        String trace = next().toString();
        long before = pointsOf(2);

        String first =
                post(example.pointsUrl() + "/points/gifts", "", gift.formatted(trace, 7)).body();
        String again =
                post(example.pointsUrl() + "/points/gifts", "", gift.formatted(trace, 7)).body();
        HttpResponse<String> other =
                post(example.pointsUrl() + "/points/gifts", "", gift.formatted(trace, 8));

        assertThat(again).isEqualTo(first).contains("\"pointsNow\":" + (before + 7));
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(other.body()).contains("\"code\":2101");
        assertThat(pointsOf(2)).isEqualTo(before + 7);
    }

    @Test
    void healthAndMetricsTellWhatIsOpen() throws Exception {
        buy(next(), 1, 100, 1);

        assertThat(get(example.accountsUrl() + "/actuator/health"))
                .contains("\"feiqian\":{\"details\":{\"service\":\"accounts\"")
                .contains("\"status\":\"UP\"");
        assertThat(get(example.accountsUrl() + "/actuator/metrics/feiqian.phase.two.orders"))
                .contains("\"done\"");
        assertThat(get(example.accountsUrl() + "/actuator/metrics/feiqian.decisions.unfinished"))
                .contains("\"value\":");
        assertThat(accounts.getBean(GlobalTransactions.class).stopped()).isZero();
    }

    private static BranchContext context(Duration remaining) {
        return new BranchContext(new BranchKey(next(), 1, 1), "nobody", 7, DAY, remaining);
    }

    private static TraceNumber next() {
        return TraceNumber.of(DAY, new Slot(1), 7, ++serial);
    }

    private static HttpResponse<String> buy(
            TraceNumber trace, long account, long cents, long member) throws Exception {
        String purchase =
                "{\"trace\":\"%s\",\"account\":%d,\"cents\":%d,\"member\":%d}"
                        .formatted(trace, account, cents, member);
        return post(example.accountsUrl() + "/purchases", "", purchase);
    }

    private static String earn(String header) throws Exception {
        HttpResponse<String> answer =
                post(example.pointsUrl() + "/points/earned", header, "{\"member\":1,\"points\":3}");
        assertThat(answer.headers().firstValue("Content-Type"))
                .contains("application/problem+json");
        return answer.statusCode() + " " + answer.body();
    }

    private static HttpResponse<String> post(String url, String context, String body)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body));
        if (!context.isEmpty()) {
            request.header(ContextHeader.NAME, context);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static String get(String url) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }

    private static long balance(long account) throws Exception {
        return Long.parseLong(get(example.accountsUrl() + "/accounts/" + account));
    }

    private static long pointsOf(long member) throws SQLException {
        return number("points", "select points from member where id = " + member);
    }

    /** What is left to do in a service's database. */
    private static long open(String service) throws SQLException {
        return number(service, "select count(*) from feiqian_decision where finished_at is null")
                + number(service, "select count(*) from feiqian_branch where state = 1");
    }

    private static long number(String service, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                example.databaseUrl(service),
                                EmbeddedPostgres.USER,
                                example.password());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** What may still have to happen. */
    @FunctionalInterface
    private interface Condition {
        boolean holds() throws SQLException;
    }

    private static void await(Condition condition) throws SQLException {
        long give = Clock.system().nanos() + Duration.ofSeconds(60).toNanos();
        while (!condition.holds()) {
            if (Clock.system().nanos() > give) {
                throw new AssertionError("not within 60 seconds");
            }
            Thread.onSpinWait();
        }
    }
}
