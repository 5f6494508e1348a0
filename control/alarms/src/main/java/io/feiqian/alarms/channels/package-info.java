/**
 * The channels on which alarms are told (B6.4-f, S.traas-5): mail, webhooks and short messages.
 *
 * <p>{@link io.feiqian.alarms.channels.Channels} opens a channel for its configuration; what could
 * not be delivered is said with whether repeating can help. When to tell whom, and repeating, are
 * not of this package. What is told comes from labels and log lines of anybody: no channel lets it
 * be anything but text, and none shows its secrets.
 */
@NullMarked
package io.feiqian.alarms.channels;

import org.jspecify.annotations.NullMarked;
