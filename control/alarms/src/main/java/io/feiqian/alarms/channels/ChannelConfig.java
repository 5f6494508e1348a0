package io.feiqian.alarms.channels;

/**
 * How a channel reaches its receivers. Validated when made; {@code toString} shows what {@link
 * #describe} shows, so a configuration may be logged.
 */
public sealed interface ChannelConfig permits Mail, Webhook, Sms {
    /** What a page may show: where it leads, no secret. */
    String describe();
}
