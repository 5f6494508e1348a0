/**
 * Real processes, real databases, kill -9 and pauses under load; then the money is counted, by the
 * bank's own audit and by the clients' own records of what they were answered.
 */
@NullMarked
package io.feiqian.chaos;

import org.jspecify.annotations.NullMarked;
