/**
 * Global transactions of services of one's own over gRPC: a call carries the signed context of its
 * branch in its metadata, and phase two travels as one unary method.
 */
@NullMarked
package io.feiqian.participantgrpc;

import org.jspecify.annotations.NullMarked;
