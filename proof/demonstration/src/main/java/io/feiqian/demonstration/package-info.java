/** Demonstrations: what is lost without a guarantee, and what is not with it. */
@NullMarked
package io.feiqian.demonstration;

import org.jspecify.annotations.NullMarked;
