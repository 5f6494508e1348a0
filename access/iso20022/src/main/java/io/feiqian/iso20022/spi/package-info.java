/** The port through which ISO 20022 messages reach the bank. */
@NullMarked
package io.feiqian.iso20022.spi;

import org.jspecify.annotations.NullMarked;
