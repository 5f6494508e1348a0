/** The ports of the way in: who answers by itself, who guards, who knows the cell of a key. */
@NullMarked
package io.feiqian.proxy.spi;

import org.jspecify.annotations.NullMarked;
