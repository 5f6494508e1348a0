@NullMarked
package io.feiqian.demonstration;

import org.jspecify.annotations.NullMarked;
