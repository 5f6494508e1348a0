/** The ports of global transactions: who takes part, and how cells reach each other. */
@NullMarked
package io.feiqian.transaction.spi;

import org.jspecify.annotations.NullMarked;
