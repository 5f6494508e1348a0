/** The port of routing. */
@NullMarked
package io.feiqian.routing.spi;

import org.jspecify.annotations.NullMarked;
