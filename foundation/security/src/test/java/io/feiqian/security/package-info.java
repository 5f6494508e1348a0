/** Tests of security. */
@NullMarked
package io.feiqian.security;

import org.jspecify.annotations.NullMarked;
