/** The ports of {@code balancing}: a way to choose, and who is told of ejections. */
@NullMarked
package io.feiqian.balancing.spi;

import org.jspecify.annotations.NullMarked;
