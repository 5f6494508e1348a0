/** The ports of messages: who consumes, and how messages reach another cell. */
@NullMarked
package io.feiqian.messaging.spi;

import org.jspecify.annotations.NullMarked;
