package io.feiqian.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    @Test
    void repetitionsAreAPartOfFirstAttempts() {
        RetryBudget budget = new RetryBudget(0.1, 10);
        int repeated = 0;

        for (int i = 0; i < 10_000; i++) {
            budget.attempted();
            repeated += budget.spend() ? 1 : 0;
        }

        assertThat(repeated).isBetween(1_000, 1_010);
    }

    @Test
    void aQuietServiceMayBeRepeatedAFewTimes() {
        RetryBudget budget = new RetryBudget(0, 2);

        assertThat(budget.spend()).isTrue();
        assertThat(budget.spend()).isTrue();
        assertThat(budget.spend()).isFalse();
    }

    @Test
    void noMoreIsSavedThanTheBound() {
        RetryBudget budget = new RetryBudget(1, 3);
        for (int i = 0; i < 100; i++) {
            budget.attempted();
        }

        assertThat(budget.left()).isEqualTo(3);
    }

    @Test
    void whatCouldNotBeMeantIsRefused() {
        assertThatThrownBy(() -> new RetryBudget(-1, 1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> new RetryBudget(0.1, 0)).hasMessageContaining("at least 1");
    }
}
