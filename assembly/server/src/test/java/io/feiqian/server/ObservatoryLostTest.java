package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.Slot;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With the observatory and its database gone, money moves and the other pages tell the truth. */
@Timeout(240)
class ObservatoryLostTest {
    @Test
    void aDeadObservatoryChangesNothingForTheBankNorForItsOperators(@TempDir Path folder)
            throws Exception {
        try (BankInOneProcess bank = BankInOneProcess.observed(folder, RouteMap.evenly(2));
                ConsoleVisitor admin = new ConsoleVisitor(bank.startConsole())) {
            admin.signInFirst("admin", bank.firstPassword(), "green Tree 4711 away");
            String payer = bank.funded(new Slot(17), 1, "100.00");
            String payee = bank.account(new Slot(7_777));
            assertThat(admin.get("/traces").statusCode()).isEqualTo(200);

            bank.killObservatory();

            ObjectNode transfer = bank.transfer(payer, payee, "30.00");
            BankInOneProcess.accepted(bank.post("/v1/transfers", transfer));
            assertThat(bank.balance(payee)).isEqualTo("30.00");
            HttpResponse<String> journey =
                    admin.get("/journey?trace=" + transfer.path("trace_number").asText());
            assertThat(journey.statusCode()).isEqualTo(200);
            assertThat(journey.body()).contains("30.00");
            for (String page : new String[] {"/traces", "/logs", "/topology"}) {
                HttpResponse<String> answer = admin.get(page);
                assertThat(answer.statusCode()).as(page).isEqualTo(503);
                assertThat(answer.body()).as(page).contains("DATABASE_UNAVAILABLE");
            }
            assertThat(admin.get("/").statusCode()).isEqualTo(200);
        }
    }
}
