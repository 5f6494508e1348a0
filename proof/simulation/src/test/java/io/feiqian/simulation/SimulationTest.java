package io.feiqian.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Money is neither lost nor made under any seed, and is lost without any one of the rules. */
class SimulationTest {
    private static final boolean LONG = Boolean.getBoolean("feiqian.long");
    private static final int RUNS = LONG ? 2_000 : 150;
    private static final boolean CI = "true".equals(System.getenv("CI"));

    /** Of all kinds together 10,000 and more in CI, 100,000 and more in a long run. */
    private static final int RUNS_OF_A_KIND = LONG ? 11_200 : CI ? 1_120 : 60;

    private static final int SEARCH = 2_000;

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

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everySeedOfEveryKindEndsWithEverythingDoneOrUndone(Kind kind) {
        Simulation simulation = new Simulation(Rules.ALL, List.of(kind), Simulation.USUAL_ORDERS);
        long movements = 0;
        try (Seeds seeds = new Seeds(simulation, 1, RUNS_OF_A_KIND)) {
            for (int i = 0; i < RUNS_OF_A_KIND; i++) {
                Verdict verdict = seeds.next();
                assertThat(verdict.violation()).as("seed %d", verdict.seed()).isEmpty();
                movements += verdict.movements();
            }
        }
        assertThat(movements).isGreaterThan(RUNS_OF_A_KIND * 10L);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theSameSeedOfAKindWritesTheSameLog(Kind kind) {
        Simulation simulation = new Simulation(Rules.ALL, List.of(kind), Simulation.USUAL_ORDERS);
        for (long seed = 1; seed <= 3; seed++) {
            String first = simulation.runLogged(seed).log();
            assertThat(simulation.runLogged(seed).log()).isEqualTo(first);
            assertThat(first).contains("faults end");
        }
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
        Simulation simulation =
                new Simulation(Rules.without(rule), rule.kinds(), Simulation.USUAL_ORDERS);
        Optional<String> seen = Optional.empty();
        try (Seeds seeds = new Seeds(simulation, 1, SEARCH)) {
            for (int i = 0; i < SEARCH && seen.isEmpty(); i++) {
                seen = seeds.next().violation();
            }
        }
        assertThat(seen).as(rule.ruleName()).isPresent();
    }
}
