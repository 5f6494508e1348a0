/** A service over Dubbo that takes part in transactions of others: vouchers. */
@NullMarked
package io.feiqian.examples.vouchers;

import org.jspecify.annotations.NullMarked;
