/**
 * The simulated database as {@code java.sql} shows it, so that the product's own drivers run over
 * it: it understands the library's statements and a few plain ones, and nothing else.
 */
@NullMarked
package io.feiqian.simulation.jdbc;

import org.jspecify.annotations.NullMarked;
