/** Tests of telemetry. */
@NullMarked
package io.feiqian.telemetry;

import org.jspecify.annotations.NullMarked;
