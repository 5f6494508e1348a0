/**
 * A cell's database: start, migrations, the fence, and {@link io.feiqian.storage.LocalCommit}, the
 * one local transaction in which everything that belongs together is written (the first law).
 */
@NullMarked
package io.feiqian.storage;

import org.jspecify.annotations.NullMarked;
