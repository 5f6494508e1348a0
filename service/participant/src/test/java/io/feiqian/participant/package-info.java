@NullMarked
package io.feiqian.participant;

import org.jspecify.annotations.NullMarked;
