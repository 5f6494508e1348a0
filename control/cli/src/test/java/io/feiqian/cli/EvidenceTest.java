package io.feiqian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.Evidence.Verdict;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.EvidenceKey;
import io.feiqian.security.Secrets;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A file of evidence is as it was made, or is told not to be. */
final class EvidenceTest {
    private @TempDir Path folder;
    private EvidenceKey key;
    private String file = "";

    @BeforeEach
    void make() {
        key = EvidenceKey.obtain(Secrets.in(folder.resolve("secrets"), Randomness.secure()));
        file = evidence("100.00").sealed(key);
    }

    @Test
    void whatIsAsItWasMadeIsIntact() {
        assertThat(Evidence.verify(file))
                .isInstanceOfSatisfying(
                        Verdict.Intact.class,
                        it -> {
                            assertThat(it.lines()).isEqualTo(4);
                            assertThat(it.first().path("trace_number").asText()).isEqualTo("17");
                            assertThat(it.fingerprint())
                                    .isEqualTo(EvidenceKey.fingerprint(key.publicKey()));
                        });
    }

    @Test
    void noLineCanBeChangedLeftOutPutInOrMoved() {
        List<String> lines = file.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            List<String> changed = new ArrayList<>(lines);
            changed.set(i, lines.get(i).replace('0', '9'));
            if (!changed.get(i).equals(lines.get(i))) {
                assertBroken(changed);
            }
            List<String> without = new ArrayList<>(lines);
            without.remove(i);
            assertBroken(without);
            List<String> twice = new ArrayList<>(lines);
            twice.add(i, lines.get(i));
            assertBroken(twice);
        }
        assertBroken(List.of(lines.get(0), lines.get(2), lines.get(1), lines.get(3), lines.get(4)));
    }

    @Test
    void aChainOfSomebodyElseWithTheSealOfTheSystemIsBroken() {
        List<String> other = new ArrayList<>(evidence("999.00").sealed(key).lines().toList());
        other.set(other.size() - 1, file.lines().toList().getLast());
        assertBroken(other);
    }

    @Test
    void whateverIsNoEvidenceIsToldSo() {
        for (String each : List.of("", "\n", "text", "a b\nc d\n", "x".repeat(70) + "\n\n")) {
            assertThat(Evidence.verify(each)).isInstanceOf(Verdict.Broken.class);
        }
    }

    @Test
    void theCommandSaysWhoSignedAndWhatIsWrong() throws IOException {
        String fingerprint = EvidenceKey.fingerprint(key.publicKey());
        Path good = Files.writeString(folder.resolve("good.txt"), file);
        Path bad = Files.writeString(folder.resolve("bad.txt"), file.replace("100.00", "900.00"));

        assertThat(run(0, "verify", good.toString(), "--key", fingerprint))
                .contains("intact: transaction 17")
                .contains(fingerprint);
        assertThat(run(1, "verify", good.toString(), "--key", "0123")).contains("NOT of this");
        assertThat(run(1, "verify", bad.toString())).contains("NOT as it was made: line 2");
    }

    private static String run(int status, String... arguments) {
        StringWriter out = new StringWriter();
        CommandLine line =
                new CommandLine(new EvidenceCommand()).setOut(new PrintWriter(out, true));
        assertThat(line.execute(arguments)).isEqualTo(status);
        return out.toString();
    }

    private static void assertBroken(List<String> lines) {
        assertThat(Evidence.verify(String.join("\n", lines) + "\n"))
                .isInstanceOf(Verdict.Broken.class);
    }

    private static Evidence evidence(String amount) {
        Evidence evidence = new Evidence();
        evidence.add("transaction", node().put("trace_number", "17").put("made_by", "ada"));
        evidence.add("cell", node().put("amount", amount));
        evidence.add("cell", node().put("amount", "0.00"));
        evidence.add("log_line", node().put("message", "a line\nwith a break 0"));
        return evidence;
    }

    private static ObjectNode node() {
        return Json.MAPPER.createObjectNode();
    }
}
