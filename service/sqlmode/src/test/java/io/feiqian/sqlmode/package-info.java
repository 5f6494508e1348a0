@NullMarked
package io.feiqian.sqlmode;

import org.jspecify.annotations.NullMarked;
