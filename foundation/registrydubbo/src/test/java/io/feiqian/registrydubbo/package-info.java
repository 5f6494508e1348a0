/** Tests of Dubbo over the registry. */
@NullMarked
package io.feiqian.registrydubbo;

import org.jspecify.annotations.NullMarked;
