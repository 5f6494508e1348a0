/**
 * Calls between processes: the context that travels with them, the choice of cell and instance,
 * deadlines, the server, and the stream between two cells.
 */
@NullMarked
package io.feiqian.rpc;

import org.jspecify.annotations.NullMarked;
