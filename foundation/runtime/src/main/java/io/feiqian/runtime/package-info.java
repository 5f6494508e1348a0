/**
 * What every process stands on: ports for time, ids and randomness; deadlines; the call context;
 * the micro-batcher. The only package that may ask the machine for the time, a random number or a
 * sleep (ArchitectureTest holds it).
 */
@NullMarked
package io.feiqian.runtime;

import org.jspecify.annotations.NullMarked;
