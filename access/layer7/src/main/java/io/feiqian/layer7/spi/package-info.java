/** The ports of layer 7. */
@NullMarked
package io.feiqian.layer7.spi;

import org.jspecify.annotations.NullMarked;
