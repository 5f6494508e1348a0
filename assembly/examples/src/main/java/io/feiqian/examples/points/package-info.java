/** The service that keeps loyalty points: it takes part. */
@NullMarked
package io.feiqian.examples.points;

import org.jspecify.annotations.NullMarked;
