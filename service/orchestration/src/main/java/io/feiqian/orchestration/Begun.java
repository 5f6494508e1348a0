package io.feiqian.orchestration;

import io.feiqian.vocabulary.Outcome;
import java.util.concurrent.CompletionStage;

/**
 * What a start leads to.
 *
 * @param started accepted once the start is durable, from when on it ends one way or the other;
 *     refused where nothing begins; unknown where the same trace number has to be sent again
 * @param ended completed at the end, or where it stops; fails with the refusal where nothing began
 */
public record Begun(CompletionStage<Outcome> started, CompletionStage<OrchestrationResult> ended) {}
