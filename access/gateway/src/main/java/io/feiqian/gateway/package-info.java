/**
 * HTTP and JSON in, the cell by the route map, gRPC out. Knows services by their descriptors only
 * and never compiles against the bank.
 */
@NullMarked
package io.feiqian.gateway;

import org.jspecify.annotations.NullMarked;
