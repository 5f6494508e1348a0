package io.feiqian.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OutcomeDocumentTest {
    /** Surefire runs in the module's folder. */
    private static final Path PAGE = Path.of("../../docs/outcomes.md");

    @Test
    void everyCodeIsExplainedOnThePageOfOutcomes() throws IOException {
        String page = Files.readString(PAGE);
        for (OutcomeCode code : OutcomeCode.values()) {
            assertThat(page)
                    .contains("| %d | %s | %s |".formatted(code.number(), code, code.kind()));
        }
    }
}
