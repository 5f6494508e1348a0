/** What governance asks of the process it runs in. */
@NullMarked
package io.feiqian.governance.spi;

import org.jspecify.annotations.NullMarked;
