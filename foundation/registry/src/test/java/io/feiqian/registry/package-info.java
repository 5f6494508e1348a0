/** Tests of the registry. */
@NullMarked
package io.feiqian.registry;

import org.jspecify.annotations.NullMarked;
