/**
 * The values that cross process borders: money, slots, cells, epochs, trace numbers, account
 * numbers, business dates and outcomes. Every type here is an immutable value that refuses to exist
 * in a wrong state; none knows of a clock, a network or a database.
 */
@NullMarked
package io.feiqian.vocabulary;

import org.jspecify.annotations.NullMarked;
