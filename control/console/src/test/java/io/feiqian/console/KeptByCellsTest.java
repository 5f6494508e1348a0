package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.cli.Endpoints;
import io.feiqian.runtime.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is kept for some seconds is never shown to users of other cells. */
final class KeptByCellsTest {
    private static final Tenant NORTH = new Tenant("north", Set.of("cell-1"));
    private static final Tenant SOUTH = new Tenant("south", Set.of("cell-2"));

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-05T08:00:00Z"));
    private final AtomicInteger readings = new AtomicInteger();
    private final CellLines lines =
            new CellLines(
                    List.of(cell("cell-1"), cell("cell-2")),
                    "",
                    "token",
                    Duration.ofSeconds(1),
                    clock);
    private final KeptByCells<List<String>> kept =
            new KeptByCells<>(clock, Duration.ofSeconds(10), this::read);

    private static Endpoints.Cell cell(String name) {
        return new Endpoints.Cell(name, "", List.of("127.0.0.1:1"));
    }

    private List<String> read(Cells cells) {
        readings.incrementAndGet();
        if (cells.names().size() == 1) {
            cells.markLeftOut();
        }
        return cells.names();
    }

    @AfterEach
    void close() {
        lines.close();
    }

    @Test
    void eachTenantGetsWhatItsOwnCellsSaid() {
        assertThat(kept.get(lines.within(Tenant.ALL))).containsExactly("cell-1", "cell-2");
        assertThat(kept.get(lines.within(NORTH))).containsExactly("cell-1");
        assertThat(kept.get(lines.within(SOUTH))).containsExactly("cell-2");
        assertThat(kept.get(lines.within(Tenant.NONE))).isEmpty();
    }

    @Test
    void usersOfTheSameCellsShareAReadingAndAreToldWhatWasLeftOut() {
        Cells first = lines.within(NORTH);
        Cells second = lines.within(new Tenant("other-name", Set.of("cell-1")));
        kept.get(first);
        kept.get(second);
        assertThat(readings).hasValue(1);
        assertThat(first.leftOut()).isTrue();
        assertThat(second.leftOut()).as("though another asked").isTrue();
        clock.advance(Duration.ofSeconds(11));
        kept.get(lines.within(NORTH));
        assertThat(readings).hasValue(2);
        kept.forget();
        kept.get(lines.within(NORTH));
        assertThat(readings).hasValue(3);
    }
}
