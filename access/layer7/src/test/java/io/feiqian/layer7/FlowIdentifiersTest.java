package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@Requirement({"M6.2-2", "M6.3-3"})
class FlowIdentifiersTest {
    private static final String OLD = "1 " + "ab".repeat(32);
    private static final String NEW = "2 " + "cd".repeat(32);

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-31T10:00:00Z"));

    @Test
    void anIdentifierSaysWhichCellAndWhichFailover() {
        FlowIdentifiers flows = flows(OLD);
        String text = flows.issue(new CellId(7), Optional.of(new CellId(42)));
        assertThat(text).matches("[0-9]{32}");
        FlowIdentifier read = flows.read(text);
        assertThat(read.elastic()).isEqualTo(new CellId(7));
        assertThat(read.failover()).contains(new CellId(42));
        assertThat(flows.read(flows.issue(new CellId(1), Optional.empty())).failover()).isEmpty();
        assertThat(flows.issue(new CellId(7), Optional.of(new CellId(42)))).isNotEqualTo(text);
    }

    @Test
    void noClientMakesOrChangesOne() {
        FlowIdentifiers flows = flows(OLD);
        String text = flows.issue(new CellId(7), Optional.of(new CellId(42)));
        for (int at = 0; at < text.length(); at++) {
            char other = text.charAt(at) == '9' ? '0' : (char) (text.charAt(at) + 1);
            String changed = text.substring(0, at) + other + text.substring(at + 1);
            assertThatThrownBy(() -> flows.read(changed)).isInstanceOf(RefusedException.class);
        }
        for (String wrong : new String[] {"", "1", "x".repeat(32), text + "0"}) {
            assertThatThrownBy(() -> flows.read(wrong)).isInstanceOf(RefusedException.class);
        }
    }

    @Test
    void keysAreReplacedOneAfterTheOther() {
        String before = flows(OLD).issue(new CellId(3), Optional.empty());
        FlowIdentifiers both = flows(NEW + "\n" + OLD + "\n");
        assertThat(both.read(before).elastic()).isEqualTo(new CellId(3));
        assertThat(both.issue(new CellId(3), Optional.empty())).startsWith("2");
        assertThatThrownBy(() -> flows(NEW).read(before)).isInstanceOf(RefusedException.class);
    }

    @Test
    void aKeyOfAnotherFormIsRefusedWithoutBeingShown() {
        for (String wrong : new String[] {"", "1 abc", OLD + "\n" + OLD, "x " + "ab".repeat(32)}) {
            assertThatThrownBy(() -> flows(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected")
                    .hasMessageNotContaining("ab");
        }
    }

    private FlowIdentifiers flows(String keys) {
        return FlowIdentifiers.of(keys, clock, Randomness.seeded(5));
    }
}
