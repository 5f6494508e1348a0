package io.feiqian.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.model.ModelSearch.Depth;
import io.feiqian.model.ModelSearch.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * In every order of the protocol's steps money is neither lost nor doubled and everything ends; and
 * without any one of the rules that the model has, spin finds how it is lost.
 */
class TransactionModelTest {
    private static final Path MODEL = Path.of("transaction.pml");
    private static final int MANY = 100_000;

    @TempDir Path folder;

    @BeforeEach
    void toolsAreThere() {
        List<String> missing = ModelSearch.missingTools();
        assumeTrue(missing.isEmpty(), () -> "missing: " + missing + " (expected: installed)");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "one content asked for twice, EVERY_RUN, ''",
        "a tried branch that its database forgot, EVERY_RUN, LOSS",
        "two contents under one trace number, EVERY_STATE, TWO_CONTENTS"
    })
    void everyOrderOfStepsEndsAndEndsRight(String what, Depth depth, String definition)
            throws Exception {
        Finding finding = search(depth, definition);

        assertThat(finding.violated()).as(what).isEmpty();
        assertThat(finding.states()).as(what).isGreaterThan(MANY);
    }

    @ParameterizedTest(name = "without {0}")
    @CsvSource({
        "ABORT_FIRST, '', told_true",
        "BRANCH_LIST, '', decided_first",
        "HOME_SLOT, '', all_or_nothing",
        "DECIDE_BY, '', all_or_nothing",
        "UNKNOWN_BRANCH, LOSS, acknowledged_done",
        "TRACE_IDENTITY, TWO_CONTENTS, told_true",
        "ATTEMPT, '', no_contradiction",
        "FINAL, '', told_true",
        "CONFIRM_NEVER_REFUSED, '', no_contradiction",
        "DECIDED, '', told_true",
        "CLEANING, '', no_contradiction",
        "KEEP, '', all_or_nothing",
        "KEEP_FINAL, '', told_true",
        "RETRY_FOR_EVER, '', every_decision_ends",
        "INQUIRY, '', every_branch_ends",
        "RECOVERY, '', every_decision_ends"
    })
    void withoutAnyOneRuleACounterExampleIsFound(String rule, String world, String property)
            throws Exception {
        Finding finding = search(Depth.FIRST_VIOLATION, "BREAK_" + rule, world);

        assertThat(finding.violated()).as(rule).contains(property);
    }

    private Finding search(Depth depth, String... definitions) throws Exception {
        List<String> defined = Stream.of(definitions).filter(each -> !each.isEmpty()).toList();
        return new ModelSearch(MODEL, folder, defined, depth).run();
    }
}
