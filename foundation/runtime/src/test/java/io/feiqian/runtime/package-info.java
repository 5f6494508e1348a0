@NullMarked
package io.feiqian.runtime;

import org.jspecify.annotations.NullMarked;
