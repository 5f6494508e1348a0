@NullMarked
package io.feiqian.model;

import org.jspecify.annotations.NullMarked;
