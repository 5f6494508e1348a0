/** Layer 4: connections and datagrams passed on as they are. */
@NullMarked
package io.feiqian.layer4;

import org.jspecify.annotations.NullMarked;
