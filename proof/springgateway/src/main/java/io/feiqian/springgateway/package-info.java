/** Spring Cloud Gateway as its users start it, for {@code bench gateway} to measure. */
@NullMarked
package io.feiqian.springgateway;

import org.jspecify.annotations.NullMarked;
