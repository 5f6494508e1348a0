package io.feiqian.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Money is neither lost nor made under any seed, and is lost without any one of the rules. */
class SimulationTest {
    private static final boolean LONG = Boolean.getBoolean("feiqian.long");
    private static final int RUNS = LONG ? 2_000 : 150;
    private static final int SEARCH = 600;

    @Test
    void everySeedEndsWithTheBooksRight() {
        Simulation simulation = new Simulation(Rules.ALL, Simulation.USUAL_ORDERS);
        long movements = 0;
        long messages = 0;
        for (long seed = 1; seed <= RUNS; seed++) {
            Verdict verdict = simulation.run(seed);
            assertThat(verdict.violation()).as("seed %d", seed).isEmpty();
            movements += verdict.movements();
            messages += verdict.messages();
        }
        assertThat(movements).isGreaterThan(RUNS * 20L);
        assertThat(messages).isGreaterThan(RUNS * 5L);
    }

    @Test
    void theSameSeedWritesTheSameLog() {
        Simulation simulation = new Simulation(Rules.ALL, Simulation.USUAL_ORDERS);
        for (long seed = 1; seed <= 3; seed++) {
            String first = simulation.runLogged(seed).log();
            assertThat(simulation.runLogged(seed).log()).isEqualTo(first);
            assertThat(first).contains("is killed", "client told", "faults end");
        }
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void withoutAnyOneRuleTheAuditorFindsOut(Rule rule) {
        Simulation simulation = new Simulation(Rules.without(rule), Simulation.USUAL_ORDERS);
        Optional<String> seen =
                LongStream.rangeClosed(1, SEARCH)
                        .mapToObj(simulation::run)
                        .flatMap(verdict -> verdict.violation().stream())
                        .findFirst();
        assertThat(seen).as(rule.ruleName()).isPresent();
    }
}
