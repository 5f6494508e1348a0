/** Tests of Spring Cloud over the registry. */
@NullMarked
package io.feiqian.registryspringcloud;

import org.jspecify.annotations.NullMarked;
