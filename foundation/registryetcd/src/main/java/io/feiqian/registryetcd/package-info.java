/**
 * The registry in etcd: one lease for all that a process registered, watches that go on where they
 * stopped, documents by compare and set, elections.
 */
@NullMarked
package io.feiqian.registryetcd;

import org.jspecify.annotations.NullMarked;
