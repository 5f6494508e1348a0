package io.feiqian.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Asserts that something is refused with its stable code and says what was expected. */
final class Refusals {
    private Refusals() {}

    static void refused(OutcomeCode code, ThrowingCallable action) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(action)
                .satisfies(refusal -> {
                    assertThat(refusal.code()).isEqualTo(code);
                    assertThat(refusal.outcome().message())
                            .isNotBlank()
                            .isEqualTo(refusal.getMessage())
                            .matches(m -> m.chars().noneMatch(Character::isISOControl));
                });
    }
}
