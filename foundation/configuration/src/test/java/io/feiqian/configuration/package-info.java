/** Tests of configuration. */
@NullMarked
package io.feiqian.configuration;

import org.jspecify.annotations.NullMarked;
