/** ISO 20022 messages in and out of the bank's calls. */
@NullMarked
package io.feiqian.iso20022;

import org.jspecify.annotations.NullMarked;
