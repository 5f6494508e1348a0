package io.feiqian.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SpineTest {
    @Test
    void whatIsMissingIsSaidOfTestedRequirementsOnly() {
        assertThat(
                        Register.shipped().rows().stream()
                                .filter(row -> row.verdict() == Verdict.TEST)
                                .map(Row::id)
                                .collect(Collectors.toSet()))
                .containsAll(Spine.shipped().ids());
    }

    @Test
    void noStandbyIsClaimedThatIsNotThere() {
        assertThat(Spine.shipped().missing("D5.2-d").orElse("")).contains("standby");
        assertThat(Spine.shipped().missing("D5.4-g").orElse("")).contains("loses the cell");
        assertThat(Spine.shipped().missing("D5.1-0")).isEmpty();
    }

    @Test
    void aRowWithoutWhatIsMissingIsRefused() {
        assertThatThrownBy(() -> Spine.parse("id,missing\n\"A1\",\"\"\n"))
                .hasMessageContaining("A1");
    }
}
