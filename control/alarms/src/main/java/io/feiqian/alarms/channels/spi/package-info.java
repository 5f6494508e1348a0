/** How an installation adds the gateway of its provider of short messages. */
@NullMarked
package io.feiqian.alarms.channels.spi;

import org.jspecify.annotations.NullMarked;
