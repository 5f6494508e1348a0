/** Layer 7: HTTP requests, routed one by one. */
@NullMarked
package io.feiqian.layer7;

import org.jspecify.annotations.NullMarked;
