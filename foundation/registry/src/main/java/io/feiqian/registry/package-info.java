/**
 * Who is where: service instances with leases, watched documents, leader election. Off the data
 * path (the third law): whatever happens to the registry, what was known last is served.
 */
@NullMarked
package io.feiqian.registry;

import org.jspecify.annotations.NullMarked;
