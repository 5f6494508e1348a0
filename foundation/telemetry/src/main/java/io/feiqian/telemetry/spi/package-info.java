/** The port of telemetry. */
@NullMarked
package io.feiqian.telemetry.spi;

import org.jspecify.annotations.NullMarked;
