package io.feiqian.rpcdubbo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Fields of requests, as policies name them. */
final class ArgumentsTest {
    /** A request as a record. */
    public record Order(Payer payer, long amount, List<String> notes) {}

    /** A request's part as a bean. */
    public static final class Payer {
        /** The account. */
        public String getAccount() {
            return "17";
        }
    }

    private static String text(String path) {
        return Arguments.text(
                new Object[] {
                    new Order(new Payer(), 25, List.of("rent")), "now", Map.of("to", Map.of("a", 1))
                },
                path);
    }

    @Test
    void aFieldIsFoundInRecordsBeansAndMaps() {
        assertThat(text("0.amount")).isEqualTo("25");
        assertThat(text("0.payer.account")).isEqualTo("17");
        assertThat(text("1")).isEqualTo("now");
        assertThat(text("2.to.a")).isEqualTo("1");
    }

    @Test
    void whatIsNotThereOrIsNoSingleValueIsEmpty() {
        assertThat(text("0")).isEmpty();
        assertThat(text("0.notes")).isEmpty();
        assertThat(text("0.payer.name")).isEmpty();
        assertThat(text("3")).isEmpty();
        assertThat(text("payer")).isEmpty();
        assertThat(text("1.length")).isEmpty();
        assertThat(text("2.from.a")).isEmpty();
    }
}
