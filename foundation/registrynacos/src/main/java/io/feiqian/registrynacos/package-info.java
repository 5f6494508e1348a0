/** The registry in Nacos. */
@NullMarked
package io.feiqian.registrynacos;

import org.jspecify.annotations.NullMarked;
