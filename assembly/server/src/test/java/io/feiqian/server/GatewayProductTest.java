package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.Json;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The gateway as a partner of the bank meets it: one document, published by command line, with a
 * listener of TLS, signed requests, the API of real cells, keys for changes, limits and an access
 * log.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GatewayProductTest {
    private static final String SECRET = "a-shared-secret-of-32-characters";
    private static final Slot FIRST = new Slot(17);
    private static final Slot SECOND = new Slot(7_777);
    private static final int LOCKED_SECONDS = 2;

    private final Timer timer = Timer.system("gateway-product-test");
    private BankInOneProcess bank;
    private Path home;
    private PartnerClient acme;
    private int port;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        home = folder;
        bank = BankInOneProcess.start(folder, RouteMap.evenly(2), 1, "");
        bank.publish();
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        acme = PartnerClient.of(folder, port, "acme", SECRET);
        publish(
                "gateway",
                0,
                """
                listeners:
                  - {name: http, addresses: ["%s"]}
                  - name: partners
                    addresses: ["127.0.0.1:%d"]
                    tls: {certificates: [{certificate: "%CERT.pem", key: "%CERT.key"}]}
                routes:
                  - name: partners
                    hosts: [api.bank.example]
                    path: /v1/
                    api: true
                    authentication: [partners]
                    access: {callers: [acme]}
                    idempotency: true
                  - {name: api, api: true}
                authenticators:
                  partners:
                    signature:
                      keys: {acme: {seal: %s}, initech: {seal: %s}}
                      channels: {acme: partner}
                accessLog: {file: "%s", share: 1.0}
                pools: []
                """
                        .replace("%CERT", folder.resolve(PartnerClient.CERTIFICATE).toString())
                        .formatted(
                                URI.create(bank.gatewayUrl()).getAuthority(),
                                port,
                                SECRET,
                                SECRET,
                                folder.resolve("access.log")));
        until(() -> gateway("status", "--json").json().at("/document/version").asLong() == 1);
    }

    @AfterAll
    void stop() {
        bank.close();
        timer.close();
    }

    @Requirement({"S.gw", "S.gw-6", "S.gw-7", "B6.2-a", "B6.2-b.1", "P6.2.2.2-f"})
    @Order(1)
    @Test
    void aPartnersPaymentComesByTlsAndSignatureToTheCellThatOwnsTheAccount() throws Exception {
        String payer = bank.funded(FIRST, 1, "100.00");
        String payee = bank.account(SECOND);
        String body = order(payer, payee, "12.50");

        assertThatThrownBy(
                        () -> {
                            try (Socket plain =
                                    new Socket(InetAddress.getLoopbackAddress(), port)) {
                                plain.setSoTimeout(20_000);
                                PartnerClient.read(plain, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                            }
                        })
                .as("without TLS there is no answer")
                .isInstanceOfAny(IOException.class, IllegalStateException.class);
        assertThat(acme.unsigned("GET", "/v1/accounts/" + payer).status()).isEqualTo(401);
        assertThat(acme.with("another-secret-of-32-characters!").pay("20260105-a", body).status())
                .isEqualTo(401);
        PartnerClient initech = PartnerClient.of(home, port, "initech", SECRET);
        assertThat(initech.pay("20260105-a", body).status()).isEqualTo(403);
        assertThat(bank.balance(payer)).as("nobody of these moved anything").isEqualTo("100.00");

        PartnerClient.Reply paid = acme.pay("20260105-a", body);

        assertThat(paid.status()).as(paid.body()).isEqualTo(200);
        assertThat(paid.header("feiqian-trace-number")).hasSize(33).startsWith("20260105" + FIRST);
        assertThat(bank.balance(payer)).isEqualTo("87.50");
        assertThat(bank.balance(payee)).isEqualTo("12.50");
        PartnerClient.Reply account = acme.signed("GET", "/v1/accounts/" + payee, "", "");
        assertThat(json(account).path("balance").asText()).isEqualTo("12.50");
        until(() ->
                logged("\"route\":\"partners\"", "/v1/transfers", "\"caller\":\"acme\"", "200"));
        assertThat(logged("/v1/transfers", "\"status\":401")).isTrue();
        assertThat(Files.readString(home.resolve("access.log"))).doesNotContain(SECRET);
    }

    @Requirement({"B6.2-a", "S.gw-7"})
    @Order(2)
    @Test
    void theSameKeyTwiceIsOneTransferAndOneAnswerAndOtherContentIsRefused() throws Exception {
        String payer = bank.funded(FIRST, 1, "100.00");
        String payee = bank.account(SECOND);
        String key = "20260105-order-4711";

        PartnerClient.Reply first = acme.pay(key, order(payer, payee, "10.00"));
        PartnerClient.Reply again = acme.pay(key, order(payer, payee, "10.00"));

        assertThat(first.status()).as(first.body()).isEqualTo(200);
        assertThat(again.status()).as(again.body()).isEqualTo(200);
        assertThat(json(first).at("/outcome/recorded").asBoolean()).isFalse();
        assertThat(json(again).at("/outcome/recorded").asBoolean()).isTrue();
        assertThat(again.header("feiqian-trace-number"))
                .isEqualTo(first.header("feiqian-trace-number"));
        assertThat(json(again).at("/outcome/code")).isEqualTo(json(first).at("/outcome/code"));
        assertThat(bank.balance(payer)).isEqualTo("90.00");
        assertThat(bank.balance(payee)).isEqualTo("10.00");

        PartnerClient.Reply other = acme.pay(key, order(payer, payee, "11.00"));
        assertThat(other.status()).as(other.body()).isEqualTo(409);
        assertThat(json(other).path("code").asInt())
                .isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS.number());
        assertThat(bank.balance(payer)).isEqualTo("90.00");
    }

    @Requirement({"B6.2-a", "S.gw-7"})
    @Order(3)
    @Test
    void whoseAnswerWasLostAsksAgainAndLearnsWhatBecameOfTheFirst() {
        String payer = bank.funded(FIRST, 1, "100.00");
        String payee = bank.account(SECOND);
        String body = order(payer, payee, "25.00");

        // The other cell cannot write yet, so that no answer can have come when the client goes.
        bank.whileBranchesWait(
                2,
                LOCKED_SECONDS,
                () -> {
                    acme.breakOff("20260105-lost", body);
                    return true;
                });
        until(() -> bank.balance(payee).equals("25.00"));

        for (int i = 0; i < 3; i++) {
            PartnerClient.Reply again = acme.pay("20260105-lost", body);
            assertThat(again.status()).as(again.body()).isEqualTo(200);
            assertThat(json(again).at("/outcome/recorded").asBoolean()).isTrue();
        }
        assertThat(bank.balance(payer)).isEqualTo("75.00");
        assertThat(bank.balance(payee)).isEqualTo("25.00");
    }

    @Requirement({"S.gw", "P6.2.2.2-b", "B6.2-c.2"})
    @Order(4)
    @Test
    void aLimitOfThePartnersChannelRefusesPartnersAndNobodyElse() throws Exception {
        String payer = bank.funded(FIRST, 1, "100.00");
        String payee = bank.account(FIRST);
        publish(
                "governance",
                0,
                """
                {"version": 1, "policies": [{"id": "partners", "version": 1, "side": "gateway",
                  "applies": {"service": "feiqian.bank.Bank", "method": "Transfer", "labels": {"channel": "partner"}},
                  "rate": {"perSecond": 0.01, "burst": 1}}]}
                """);
        until(() -> refused(payer, payee));

        assertThat(acme.signed("GET", "/v1/accounts/" + payer, "", "").status())
                .as("what is not limited")
                .isEqualTo(200);
        BankInOneProcess.accepted(bank.post("/v1/transfers", bank.transfer(payer, payee, "1.00")));
    }

    private int tries;

    private boolean refused(String payer, String payee) {
        PartnerClient.Reply reply =
                acme.pay("20260105-limited-" + tries++, order(payer, payee, "0.01"));
        if (reply.status() == 200) {
            return false;
        }
        assertThat(reply.status()).as(reply.body()).isEqualTo(503);
        assertThat(json(reply).path("name").asText()).isEqualTo(OutcomeCode.RATE_LIMITED.name());
        assertThat(reply.header("retry-after")).isNotEmpty();
        return true;
    }

    private static String order(String payer, String payee, String amount) {
        return BankClient.body()
                .put("payer_account", payer)
                .put("payee_account", payee)
                .put("amount", amount)
                .put("currency", "CNY")
                .put("wait", "SETTLED")
                .toString();
    }

    private boolean logged(String... parts) {
        try {
            return Files.readString(home.resolve("access.log"))
                    .lines()
                    .anyMatch(line -> {
                        boolean all = true;
                        for (String each : parts) {
                            all &= line.contains(each);
                        }
                        return all;
                    });
        } catch (IOException missing) {
            return false;
        }
    }

    private static JsonNode json(PartnerClient.Reply reply) {
        try {
            return Json.MAPPER.readTree(reply.body());
        } catch (IOException wrong) {
            throw new AssertionError(reply.body(), wrong);
        }
    }

    private void publish(String document, long base, String text) throws IOException {
        Path file = Files.writeString(home.resolve(document + ".yaml"), text);
        CommandLineRun set =
                CommandLineRun.ofGroup(
                        home,
                        "configuration",
                        "set",
                        document,
                        "--file",
                        file.toString(),
                        "--base",
                        Long.toString(base),
                        "--reason",
                        "a test");
        assertThat(set.status()).as("%s", set).isZero();
        CommandLineRun published =
                CommandLineRun.ofGroup(
                        home, "configuration", "publish", document, Long.toString(base + 1));
        assertThat(published.status()).as("%s", published).isZero();
    }

    private CommandLineRun gateway(String... command) {
        return CommandLineRun.ofGroup(home, "gateway", command);
    }

    private void until(BooleanSupplier holds) {
        Patience.until(timer, holds, () -> gateway("status"));
    }
}
