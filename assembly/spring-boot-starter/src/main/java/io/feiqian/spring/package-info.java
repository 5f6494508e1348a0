/**
 * Global transactions for services that are Spring Boot applications: the properties, the beans,
 * the context over HTTP, health and metrics. Everything else is {@code io.feiqian.participant}.
 */
@NullMarked
package io.feiqian.spring;

import org.jspecify.annotations.NullMarked;
