/**
 * Dubbo over the registry: the address {@code feiqian://host:port} makes Dubbo's services register
 * and find each other there, interface by interface.
 */
@NullMarked
package io.feiqian.registrydubbo;

import org.jspecify.annotations.NullMarked;
