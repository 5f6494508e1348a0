/** The ports of security: where audit records are kept, and what encrypts personal data. */
@NullMarked
package io.feiqian.security.spi;

import org.jspecify.annotations.NullMarked;
