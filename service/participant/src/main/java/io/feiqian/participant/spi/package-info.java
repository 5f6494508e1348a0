/** The ports of a service's transactions: how services reach each other, and what they do. */
@NullMarked
package io.feiqian.participant.spi;

import org.jspecify.annotations.NullMarked;
