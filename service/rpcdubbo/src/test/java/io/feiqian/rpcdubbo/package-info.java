/** Tests of calls over Dubbo, with real applications and a real registry. */
@NullMarked
package io.feiqian.rpcdubbo;

import org.jspecify.annotations.NullMarked;
