/** Tests of the command line against running services. */
@NullMarked
package io.feiqian.cli;

import org.jspecify.annotations.NullMarked;
