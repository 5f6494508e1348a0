/**
 * The observatory: receives the traces, logs and metrics of all processes by OTLP, keeps them in a
 * database of its own within a bound of size and age, and answers searches (S.dst, B6.4-d, B6.4-e,
 * P6.1.4-c.3). It is off the data path: what it cannot take is shed and counted, and nobody waits
 * for it.
 */
@NullMarked
package io.feiqian.observatory;

import org.jspecify.annotations.NullMarked;
