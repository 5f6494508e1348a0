@NullMarked
package io.feiqian.governance;

import org.jspecify.annotations.NullMarked;
