/** Tests of routing. */
@NullMarked
package io.feiqian.routing;

import org.jspecify.annotations.NullMarked;
