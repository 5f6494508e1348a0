/**
 * The console: pages on which operators see and run the bank.
 *
 * <p>Off the data path (the third law): it asks cells as the command line does, with the same token
 * and over the same lines, and nothing asks it. A page is a {@link io.feiqian.console.Page}, a
 * template of its name and its texts in both languages.
 */
@NullMarked
package io.feiqian.console;

import org.jspecify.annotations.NullMarked;
