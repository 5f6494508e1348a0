@NullMarked
package io.feiqian.orchestration;

import org.jspecify.annotations.NullMarked;
