/** Tests of the bank over real databases. */
@NullMarked
package io.feiqian.bank;

import org.jspecify.annotations.NullMarked;
