package io.feiqian.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RegisterTest {
    private static final String HEAD = "id,level,capability,requirement,verdict,evidence\n";

    @Test
    void everyRequirementOfTheSourcesHasOneVerdict() {
        assertThat(Register.shipped().rows()).hasSize(638);
    }

    @Test
    void aVerdictWithoutEvidenceIsRefused() {
        assertThatThrownBy(
                        () -> Register.parse(HEAD + "\"A1\",\"must\",\"x\",\"y\",\"test\",\"\"\n"))
                .hasMessageContaining("A1")
                .hasMessageContaining("without evidence");
    }

    @Test
    void anIdThatComesTwiceIsRefused() {
        String row = "\"A1\",\"must\",\"x\",\"y\",\"open\",\"\"\n";
        assertThatThrownBy(() -> Register.parse(HEAD + row + row)).hasMessageContaining("twice");
    }

    @Test
    void quotesAndCommasStayInsideAField() {
        Register register =
                Register.parse(HEAD + "\"A1\",\"must\",\"x\",\"say \"\"a, b\"\"\",\"open\",\"\"\n");
        assertThat(register.rows().getFirst().requirement()).isEqualTo("say \"a, b\"");
    }

    @Test
    void aPrefixEndsAtABoundary() {
        Register register =
                Register.parse(
                        HEAD
                                + "\"D7.1-a\",\"must\",\"x\",\"y\",\"open\",\"\"\n"
                                + "\"D7.10-a\",\"must\",\"x\",\"y\",\"open\",\"\"\n"
                                + "\"D7.1.2\",\"must\",\"x\",\"y\",\"open\",\"\"\n");
        assertThat(register.under(List.of("D7.1")))
                .extracting(Row::id)
                .containsExactly("D7.1-a", "D7.1.2");
    }
}
