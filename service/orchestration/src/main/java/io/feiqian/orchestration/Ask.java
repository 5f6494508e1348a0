package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.StepCall.Direction;

/**
 * A call or a reversal that is asked for, whatever the attempt.
 *
 * @param number the sub-number
 * @param direction which of the two
 */
public record Ask(StepNumber number, Direction direction) {}
