/**
 * Real transactions as the bank's input: readers of published data sets, loaders that post them
 * through the gateway as a client would, and verifiers that compare what the bank says afterwards
 * with plain arithmetic over the files.
 */
@NullMarked
package io.feiqian.realdata;

import org.jspecify.annotations.NullMarked;
