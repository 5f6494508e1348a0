/**
 * The observatory: receives the traces and logs of all processes by OTLP, keeps them in a database
 * of its own within a bound of size and age, and answers searches (S.dst, B6.4-d, B6.4-e). It is
 * off the data path: what it cannot take is shed and counted, and nobody waits for it.
 */
@NullMarked
package io.feiqian.observatory;

import org.jspecify.annotations.NullMarked;
