/** Tries the configurations that this module ships, in networks of its own. */
@NullMarked
package io.feiqian.deploy;

import org.jspecify.annotations.NullMarked;
