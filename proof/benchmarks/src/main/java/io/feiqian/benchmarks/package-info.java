/**
 * Benchmarks: ratios between ways to do the same work, measured in turns in one run on one machine.
 */
@NullMarked
package io.feiqian.benchmarks;

import org.jspecify.annotations.NullMarked;
