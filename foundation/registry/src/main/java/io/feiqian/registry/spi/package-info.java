/** The port of the registry. */
@NullMarked
package io.feiqian.registry.spi;

import org.jspecify.annotations.NullMarked;
