/** Two small services and one global transaction between them, to start and to copy from. */
@NullMarked
package io.feiqian.examples;

import org.jspecify.annotations.NullMarked;
