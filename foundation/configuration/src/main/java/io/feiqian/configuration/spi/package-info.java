/** The ports of configuration: where documents come from, and where their history is kept. */
@NullMarked
package io.feiqian.configuration.spi;

import org.jspecify.annotations.NullMarked;
