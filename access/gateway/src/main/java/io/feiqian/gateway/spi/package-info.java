/** The ports of the gateway: what operators see and change of it while it runs. */
@NullMarked
package io.feiqian.gateway.spi;

import org.jspecify.annotations.NullMarked;
