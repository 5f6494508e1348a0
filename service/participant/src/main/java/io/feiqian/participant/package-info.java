/**
 * Global transactions for services of one's own: their branches, in their own databases, and the
 * decisions of those that they begin.
 */
@NullMarked
package io.feiqian.participant;

import org.jspecify.annotations.NullMarked;
