package io.feiqian.rpc;

/**
 * What came to a process for one method lately.
 *
 * @param service the full name of the service
 * @param method the bare name of the method
 * @param calls how many came
 * @param failed how many of them failed for other than reasons of the business
 * @param governed how many of them a rule refused or had answered otherwise
 * @param totalNanos how long those took together that were served
 * @param longestNanos how long the longest of them took
 */
public record ServedMethod(
        String service,
        String method,
        long calls,
        long failed,
        long governed,
        long totalNanos,
        long longestNanos) {}
