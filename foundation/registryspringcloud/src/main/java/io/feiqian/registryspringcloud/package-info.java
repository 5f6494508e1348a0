/**
 * Spring Cloud over the registry: a Spring Boot application registers once it is ready, leaves
 * before it refuses calls, and finds other services through Spring Cloud's own interfaces.
 */
@NullMarked
package io.feiqian.registryspringcloud;

import org.jspecify.annotations.NullMarked;
