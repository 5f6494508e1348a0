/**
 * What both layers of the way in share: the configuration, backends with their health, whom to
 * choose, bounds, the PROXY protocol, TLS.
 *
 * <p>{@link ProxyConfig} is where to begin.
 */
@NullMarked
package io.feiqian.proxy;

import org.jspecify.annotations.NullMarked;
