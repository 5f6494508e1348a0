/** Where rules plug into calls: the port that governance implements. */
@NullMarked
package io.feiqian.rpc.spi;

import org.jspecify.annotations.NullMarked;
