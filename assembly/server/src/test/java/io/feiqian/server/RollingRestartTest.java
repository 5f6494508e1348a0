package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.BankReply;
import io.feiqian.cli.HomeFolder;
import io.feiqian.cli.Json;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cell of real processes is restarted under load, and no client notices. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RollingRestartTest {
    private static final int CLIENTS = 4;

    private final AtomicLong serials = new AtomicLong();
    private Path home;
    private BankClient bank;
    private String payer = "";
    private String payee = "";

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        home = folder.resolve("system");
        JsonNode none =
                run("dev", "--cells", "2", "--instances", "2", "--ports", "free", "--detach");
        assertThat(none).isNotNull();
        bank = new BankClient(HomeFolder.open(home).endpoints().gateway(), Duration.ofSeconds(10));
        payer =
                run("account", "open", "--overdraft", "1000000.00", "--json")
                        .path("account")
                        .asText();
        payee = run("account", "open", "--json").path("account").asText();
    }

    @AfterAll
    void stop() throws Exception {
        bank.close();
        run("stop");
    }

    @Requirement({"P6.2.2.6-a", "P6.2.2.6-c"})
    @Test
    void noRequestIsLostTurnedAwayOrDoneTwiceWhileACellIsRestarted() throws Exception {
        String cell = ownerOf(payer);
        AtomicBoolean ending = new AtomicBoolean();
        Queue<BankReply> answers = new ConcurrentLinkedQueue<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(
                        threads.submit(() -> {
                            while (!ending.get()) {
                                answers.add(bank.post("/v1/transfers", transfer()));
                            }
                        }));
            }
            JsonNode restarted;
            try {
                restarted = run("rolling-restart", "--cell", cell, "--json");
            } finally {
                ending.set(true);
            }
            for (Future<?> each : clients) {
                each.get();
            }

            assertThat(restarted.path("restarted")).hasSize(2);
            assertThat(restarted.path("restarted"))
                    .allSatisfy(it ->
                            assertThat(it.path("pid").asLong())
                                    .isNotEqualTo(it.path("pid_before").asLong()));
            JsonNode calls = restarted.path("calls");
            assertThat(calls.path("answered").asLong()).isPositive();
            assertThat(calls.path("lost").asLong()).isZero();
            assertThat(calls.path("turned_away").asLong()).isZero();
            assertThat(calls.path("repeated").asLong()).isZero();
        }
        assertThat(answers).isNotEmpty().allMatch(BankReply::isAccepted);
        assertThat(run("account", "show", payee, "--json").path("balance").asText())
                .isEqualTo(answers.size() + ".00");
    }

    private ObjectNode transfer() {
        TraceNumber trace =
                TraceNumber.of(
                        BusinessDate.parse("1993-01-01"),
                        AccountNumber.parse(payer).slot(),
                        998,
                        serials.incrementAndGet());
        return BankClient.body()
                .put("trace_number", trace.toString())
                .put("payer_account", payer)
                .put("payee_account", payee)
                .put("amount", "1.00")
                .put("currency", "CNY")
                .put("wait", "SETTLED");
    }

    private String ownerOf(String account) throws Exception {
        int slot = AccountNumber.parse(account).slot().number();
        for (JsonNode each : run("cell", "list", "--json").path("slots")) {
            if (each.path("first").asInt() <= slot && slot <= each.path("last").asInt()) {
                return each.path("owned").path(0).path("cell").asText();
            }
        }
        throw new AssertionError("nobody owns " + slot);
    }

    /** What a command prints that must do its work; an empty object where it prints no JSON. */
    private JsonNode run(String... arguments) {
        CommandLineRun ended = CommandLineRun.of(home, arguments);
        assertThat(ended.status()).as(ended.toString()).isZero();
        return ended.out().startsWith("{") ? ended.json() : Json.MAPPER.createObjectNode();
    }
}
