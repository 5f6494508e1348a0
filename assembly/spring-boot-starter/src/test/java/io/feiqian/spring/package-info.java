@NullMarked
package io.feiqian.spring;

import org.jspecify.annotations.NullMarked;
