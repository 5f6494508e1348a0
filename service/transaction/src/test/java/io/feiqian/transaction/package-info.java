/** Tests of global transactions. */
@NullMarked
package io.feiqian.transaction;

import org.jspecify.annotations.NullMarked;
