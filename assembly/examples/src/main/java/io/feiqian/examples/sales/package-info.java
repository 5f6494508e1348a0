/** A service that calls another over Dubbo, also as a branch of its transaction: sales. */
@NullMarked
package io.feiqian.examples.sales;

import org.jspecify.annotations.NullMarked;
