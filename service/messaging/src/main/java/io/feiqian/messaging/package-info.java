/**
 * Messages are rows first: a message is a row of the outbox in the sender's own commit, and its
 * consumption and effect are one commit of the consumer's cell, under a permanent mark per key. A
 * relay carries messages between cells, at least once on the wire and once in effect, in order per
 * key. The rules (outbox-horizon, inbox-mark) are pure books of rows and a pure protocol; the
 * drivers only execute.
 */
@NullMarked
package io.feiqian.messaging;

import org.jspecify.annotations.NullMarked;
