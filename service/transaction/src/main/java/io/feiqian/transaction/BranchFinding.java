package io.feiqian.transaction;

import io.feiqian.participant.BranchVerdict;
import io.feiqian.participant.Standing;

/**
 * What the branches of a cell say of a step: the value of every answer that a branch command ends
 * or gives.
 *
 * @param verdict what the row made of the step
 * @param standing what is on record
 */
public record BranchFinding(BranchVerdict verdict, Standing standing) {}
