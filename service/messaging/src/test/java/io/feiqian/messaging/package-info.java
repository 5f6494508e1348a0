/** Tests of messages. */
@NullMarked
package io.feiqian.messaging;

import org.jspecify.annotations.NullMarked;
