/** Tests of what both layers of the way in share. */
@NullMarked
package io.feiqian.proxy;

import org.jspecify.annotations.NullMarked;
