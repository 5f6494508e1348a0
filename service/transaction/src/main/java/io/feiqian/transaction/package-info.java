/**
 * Global transactions without a coordinator server: one decision, a row in the initiator's own
 * commit, and branches in other cells that are tried, then confirmed or cancelled. The protocol is
 * pure functions ({@link io.feiqian.transaction.InitiatorProtocol} and its siblings) over pure
 * books of rows; the driver only executes effects. The rules are PROTOCOLS' by name.
 */
@NullMarked
package io.feiqian.transaction;

import org.jspecify.annotations.NullMarked;
