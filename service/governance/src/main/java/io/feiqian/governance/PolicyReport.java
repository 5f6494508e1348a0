package io.feiqian.governance;

/**
 * What a policy has done in this process since it came into force.
 *
 * @param policy which, in which version
 * @param kind what it is about
 * @param admitted calls it let pass
 * @param refused calls it refused
 * @param queued calls it let wait
 * @param degraded calls it answered instead
 * @param faults calls it had fail
 * @param state what it is in, for people: a breaker's state, the limit it has found
 * @param lastWhy why it refused the last one; empty where it refused none
 */
public record PolicyReport(
        PolicyRef policy,
        Rule.Kind kind,
        long admitted,
        long refused,
        long queued,
        long degraded,
        long faults,
        String state,
        String lastWhy) {}
