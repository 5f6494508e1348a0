/** Tests of global transactions over gRPC, with real servers and databases. */
@NullMarked
package io.feiqian.participantgrpc;

import org.jspecify.annotations.NullMarked;
