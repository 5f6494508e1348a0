@NullMarked
package io.feiqian.examples;

import org.jspecify.annotations.NullMarked;
