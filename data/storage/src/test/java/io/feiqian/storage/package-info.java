@NullMarked
package io.feiqian.storage;

import org.jspecify.annotations.NullMarked;
