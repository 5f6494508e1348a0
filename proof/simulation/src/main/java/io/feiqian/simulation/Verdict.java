package io.feiqian.simulation;

import java.util.Optional;

/**
 * How a run ended.
 *
 * @param seed its seed
 * @param violation what the auditor saw; empty where the books were right to the end
 * @param steps how many events it had
 * @param movements how many movements of money were posted
 * @param messages how many messages had their effect
 * @param log its log; empty where none was asked for
 */
public record Verdict(
        long seed,
        Optional<String> violation,
        long steps,
        long movements,
        long messages,
        String log) {}
