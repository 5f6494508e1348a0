package io.feiqian.demonstration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The demonstration shows what it claims, on real databases. */
final class AtomicityCommandTest {
    @Test
    void byHandMoneyIsLostAndMadeAndByNoKindOfOurs() throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        int exit;
        try {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            exit =
                    new CommandLine(new DemoCommand())
                            .execute("atomicity", "--transfers", "60", "--seed", "3", "--json");
        } finally {
            System.setOut(before);
        }

        JsonNode lines = new ObjectMapper().readTree(printed.toString(StandardCharsets.UTF_8));
        assertThat(exit).isZero();
        assertThat(lines).hasSize(6);
        JsonNode byHand = lines.get(0);
        assertThat(byHand.get("way").asText()).isEqualTo("hand-written");
        assertThat(byHand.get("moneyLost").asLong()).isPositive();
        assertThat(byHand.get("moneyMade").asLong()).isPositive();
        for (int i = 1; i < lines.size(); i++) {
            JsonNode ours = lines.get(i);
            assertThat(ours.get("moneyLost").asLong()).as(ours.toString()).isZero();
            assertThat(ours.get("moneyMade").asLong()).as(ours.toString()).isZero();
            assertThat(ours.get("leftBehind").asLong()).as(ours.toString()).isZero();
            assertThat(ours.get("done").asInt()).as(ours.toString()).isGreaterThan(30);
        }
    }
}
