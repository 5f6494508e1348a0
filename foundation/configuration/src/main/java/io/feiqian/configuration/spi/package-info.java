/** The port of configuration: where documents come from. */
@NullMarked
package io.feiqian.configuration.spi;

import org.jspecify.annotations.NullMarked;
