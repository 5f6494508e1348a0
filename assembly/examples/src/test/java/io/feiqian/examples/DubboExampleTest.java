package io.feiqian.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Clock;
import io.feiqian.spring.CallGovernance;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Two Spring Boot services that find each other in the registry and call over Dubbo: whatever is
 * refused leaves nothing, and what is sold is issued.
 */
@Timeout(300)
final class DubboExampleTest {
    private static final BusinessDate DAY =
            new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));
    private static final String ROLE = "dubbo.io.feiqian.examples.vouchers.vouchers";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static DubboExample example;
    private static ConfigurableApplicationContext vouchers;
    private static ConfigurableApplicationContext sales;
    private static PolicyDesk desk;
    private static long serial;

    @BeforeAll
    static void start() throws Exception {
        example = DubboExample.prepare(0);
        vouchers = example.startVouchers();
        sales = example.startSales();
        desk = DubboExample.desk(vouchers);
    }

    @AfterAll
    static void stop() throws Exception {
        sales.close();
        vouchers.close();
        example.close();
    }

    @AfterEach
    void whatWasSoldWasIssuedAndNothingIsLeftOpen() throws SQLException {
        assertThat(number("vouchers", "select sum(announced)::bigint from voucher")).isZero();
        assertThat(number("vouchers", "select sum(cents)::bigint from voucher")).isEqualTo(till());
        assertThat(number("vouchers", "select count(*) from feiqian_branch where state = 1"))
                .isZero();
    }

    @Test
    void aSaleIsOneTransactionOverDubboAndPhaseTwoFindsItsServiceInTheRegistry() throws Exception {
        long before = till();

        HttpResponse<String> answer = sell(next(), "anna", 3_000);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("sold 3000");
        assertThat(till()).isEqualTo(before + 3_000);
    }

    @Test
    void whatTheOtherServiceRefusesLeavesNothingAtBoth() throws Exception {
        long before = till();

        HttpResponse<String> answer = sell(next(), "nobody", 3_000);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("\"code\":1103", "holder: nobody");
        assertThat(till()).isEqualTo(before);
    }

    @Test
    void aPublishedPolicyRefusesTheCallAndWithItTheSaleUntilItIsWithdrawn() throws Exception {
        long before = till();
        desk.publish(DubboExample.POLICY);
        await(() -> version(vouchers) == 1 && version(sales) == 1);

        HttpResponse<String> large = sell(next(), "ben", 100_000);
        HttpResponse<String> small = sell(next(), "ben", 1_000);

        assertThat(large.statusCode()).isEqualTo(400);
        assertThat(large.body()).contains("\"code\":1071", "policy small-vouchers");
        assertThat(small.statusCode()).as(small.body()).isEqualTo(200);
        assertThat(till()).isEqualTo(before + 1_000);

        desk.publish("{}");
        await(() -> version(vouchers) == 0);
        assertThat(sell(next(), "ben", 100_000).statusCode()).isEqualTo(200);
    }

    @Test
    void whatCameOverHttpGoesOnOverDubbo() throws Exception {
        String answer =
                context(
                        "feiqian-trace", next().toString(),
                        "feiqian-gray", "version=b",
                        "feiqian-tenant", "north",
                        "Feiqian-Timeout-Ms", "3000");

        assertThat(answer).matches(DAY.number() + "[0-9]{25} version=b north [0-9]{1,4}");
        assertThat(Long.parseLong(answer.split(" ", -1)[3])).isBetween(1L, 2_999L);
    }

    @Test
    void dubboStandsInTheRegistryThatTheApplicationHasUnderItsName() throws Exception {
        assertThat(sales.getBean(ApplicationConfig.class).getName()).isEqualTo("sales");
        assertThat(sales.getBean(RegistryConfig.class).getAddress()).startsWith("feiqian://");
        assertThat(context()).isNotEmpty();
        // One session a process: who looks for the service is the application itself.
        Registry registry = vouchers.getBean(Registry.class);
        await(() -> !registry.subscribers(ROLE).join().isEmpty());
        assertThat(registry.subscribers(ROLE).join())
                .singleElement()
                .asString()
                .startsWith("sales-127.0.0.1-");
    }

    private static String context(String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(example.salesUrl() + "/context"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString()).body();
    }

    private static int version(ConfigurableApplicationContext service) {
        return service.getBean(CallGovernance.class).serving().document().version();
    }

    private static TraceNumber next() {
        return TraceNumber.of(DAY, new Slot(1), 7, ++serial);
    }

    private static HttpResponse<String> sell(TraceNumber trace, String holder, long cents)
            throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(example.salesUrl() + "/sales"))
                        .header("Content-Type", "application/json")
                        .POST(
                                BodyPublishers.ofString(
                                        "{\"trace\":\"%s\",\"holder\":\"%s\",\"cents\":%d}"
                                                .formatted(trace, holder, cents)))
                        .build(),
                BodyHandlers.ofString());
    }

    private static long till() throws SQLException {
        return number("sales", "select cents from till");
    }

    private static long number(String service, String sql) throws SQLException {
        try (Connection connection = example.database(service);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** What may still have to happen. */
    @FunctionalInterface
    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) {
        long give = Clock.system().nanos() + Duration.ofSeconds(60).toNanos();
        while (!condition.holds()) {
            if (Clock.system().nanos() > give) {
                throw new AssertionError("not within 60 seconds");
            }
            Thread.onSpinWait();
        }
    }
}
