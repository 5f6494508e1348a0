package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.conformance.Register;
import io.feiqian.conformance.Row;
import io.feiqian.conformance.TestIndex;
import io.feiqian.conformance.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The register and the tests say the same of each other. */
class RegisterEvidenceTest {
    /** Surefire runs in the module's folder. */
    private static final Path CHECKOUT = Path.of("../..");

    @Test
    void aRowCountsAsTestedExactlyByTheTestsThatNameIt() throws IOException {
        Map<String, String> named = new TreeMap<>();
        for (Map.Entry<String, SortedSet<String>> entry :
                TestIndex.ofCheckout(CHECKOUT).entrySet()) {
            named.put(entry.getKey(), String.join("; ", entry.getValue()));
        }
        Map<String, String> registered =
                Register.shipped().rows().stream()
                        .filter(row -> row.verdict() == Verdict.TEST)
                        .collect(Collectors.toMap(Row::id, Row::evidence));
        assertThat(new TreeMap<>(registered))
                .as("rows of register.csv with verdict test, and the tests that name them")
                .isEqualTo(named);
    }

    @Test
    void noTestNamesARequirementThatDoesNotExist() throws IOException {
        assertThat(Register.shipped().rows())
                .extracting(Row::id)
                .containsAll(TestIndex.ofCheckout(CHECKOUT).keySet());
    }
}
