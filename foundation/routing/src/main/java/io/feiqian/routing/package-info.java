/**
 * Which slot a key lies in, which cell owns a slot, and what a slot's state admits. Knows no SQL
 * and no wire protocol.
 */
@NullMarked
package io.feiqian.routing;

import org.jspecify.annotations.NullMarked;
