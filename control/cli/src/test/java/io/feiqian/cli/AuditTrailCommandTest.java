package io.feiqian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.AuditRecord;
import io.feiqian.security.ChangeOrder;
import io.feiqian.security.FileAuditTrail;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * An operator finds out on the command line whether anybody changed the record of what was done.
 */
final class AuditTrailCommandTest {
    private static final int MANY = 25;

    private @TempDir Path home;
    private final StringWriter errors = new StringWriter();
    private Path file = Path.of("");
    private String head = "";

    @BeforeEach
    void write() throws IOException {
        file = Files.createDirectories(home.resolve("console")).resolve("audit.jsonl");
        head = append(MANY);
    }

    @Test
    void whatIsAsItWasWrittenIsCountedAndItsHeadNamed() throws IOException {
        byte[] before = Files.readAllBytes(file);
        assertThat(run(0, "--file", file.toString()))
                .isEqualTo("intact: 25 records, head " + head + "\n");
        assertThat(run(0, "--home", home.toString())).as("the console's").contains(head);
        assertThat(run(0, "--file", file.toString(), "--seen", head)).contains("intact");
        JsonNode told = Json.MAPPER.readTree(run(0, "--file", file.toString(), "--json"));
        assertThat(told.path("intact").asBoolean()).isTrue();
        assertThat(told.path("records").asInt()).isEqualTo(MANY);
        assertThat(told.path("head").asText()).isEqualTo(head);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void theFirstLineThatIsWrongIsNamed() throws IOException {
        List<String> lines = Files.readAllLines(file);
        changed(lines, 17, lines.get(16).replace("day end", "day off"));
        assertBroken(17, "its content was changed");
        changed(lines, 1, lines.getFirst().replace("\"previous\":\"0", "\"previous\":\"1"));
        assertBroken(1, "does not continue");
        changed(lines, 9, "nonsense");
        assertBroken(9, "cannot be read");
        changed(lines, 25, "{}");
        assertBroken(25, "cannot be read");
        changed(lines, 3, "x".repeat(3 << 20));
        assertBroken(3, "cannot be read");
        List<String> without = new ArrayList<>(lines);
        without.remove(11);
        Files.write(file, without);
        assertBroken(12, "missing");
        JsonNode told = Json.MAPPER.readTree(run(1, "--file", file.toString(), "--json"));
        assertThat(told.path("intact").asBoolean(true)).isFalse();
        assertThat(told.path("line").asInt()).isEqualTo(12);
    }

    @Test
    void nothingIsPutBesideWhatTheHashCovers() throws IOException {
        List<String> lines = Files.readAllLines(file);
        String line = lines.get(4);
        changed(lines, 5, line.replace("\"time\":\"2026", "\"time\":\"2025"));
        assertBroken(5, "its content was changed");
        changed(lines, 5, line.replace("\"operator\"", "\"operator\":\"li.na\",\"operator\""));
        assertBroken(5, "its content was changed");
        changed(lines, 5, " " + line);
        assertBroken(5, "its content was changed");
        changed(lines, 5, line.substring(0, line.length() - 1) + ",\"operator\":\"li.na\"}");
        assertBroken(5, "its content was changed");
        changed(lines, 5, line.substring(0, line.length() - 1) + ",\"of_tomorrow\":1}");
        assertThat(run(0, "--file", file.toString())).contains("intact: 25 records");
    }

    @Test
    void anEndThatWasCutOffShowsToWhoeverKeptTheHead() throws IOException {
        Files.write(file, Files.readAllLines(file).subList(0, MANY - 2));
        assertThat(run(0, "--file", file.toString())).contains("intact: 23 records");
        assertThat(run(1, "--file", file.toString(), "--seen", head))
                .contains("NOT as it was written: line 25: not the record that was seen earlier");
        Files.delete(file);
        append(MANY + 1);
        assertThat(run(1, "--file", file.toString(), "--seen", head.replace("25:", "24:")))
                .as("written anew")
                .contains("line 24");
    }

    @Test
    void aLineThatACrashCutShortIsNoRecord() throws IOException {
        Files.writeString(file, "{\"sequence\":26", StandardOpenOption.APPEND);
        assertThat(run(0, "--file", file.toString())).contains("intact: 25 records, head " + head);
    }

    @Test
    void whatCannotBeReadIsNotIntact() throws IOException {
        run(1, "--file", home.resolve("gone").toString());
        assertThat(errors.toString()).contains("gone cannot be read");
        assertThat(home.resolve("gone")).doesNotExist();
        run(1, "--file", home.toString());
        run(2, "--file", file.toString(), "--seen", "25");
        assertThat(errors.toString()).contains("expected: number:hash");
        Path empty = Files.createFile(home.resolve("empty"));
        assertThat(run(0, "--file", empty.toString())).isEqualTo("intact: 0 records, head none\n");
        run(1, "--file", empty.toString(), "--seen", head);
    }

    private void assertBroken(int line, String why) {
        assertThat(run(1, "--file", file.toString()))
                .startsWith("NOT as it was written: line " + line + ": ")
                .contains(why);
    }

    private void changed(List<String> lines, int number, String line) throws IOException {
        List<String> forged = new ArrayList<>(lines);
        forged.set(number - 1, line);
        assertThat(forged).isNotEqualTo(lines);
        Files.write(file, forged);
    }

    private String append(int count) {
        SettableClock clock = new SettableClock(Instant.parse("2026-01-31T10:00:00Z"));
        try (FileAuditTrail trail = FileAuditTrail.open(file, clock)) {
            AuditRecord last = trail.append(entry(1));
            for (int i = 2; i <= count; i++) {
                last = trail.append(entry(i));
            }
            return last.sequence() + ":" + last.hash();
        }
    }

    private static AuditEntry entry(int number) {
        return new AuditEntry(
                ChangeOrder.of("chen.li", "day end"),
                "business-date.set",
                "cell-" + number,
                Map.of());
    }

    private String run(int status, String... arguments) {
        StringWriter out = new StringWriter();
        CommandLine line = Feiqian.commandLine();
        List<String> all = new ArrayList<>(List.of("audit-trail", "verify"));
        all.addAll(List.of(arguments));
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(errors, true));
        assertThat(line.execute(all.toArray(String[]::new)))
                .as("%s %s %s", all, out, errors)
                .isEqualTo(status);
        return out.toString();
    }
}
