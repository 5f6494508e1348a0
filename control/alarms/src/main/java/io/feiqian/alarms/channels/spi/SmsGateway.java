package io.feiqian.alarms.channels.spi;

import io.feiqian.alarms.channels.NotDelivered;
import java.util.List;

/**
 * The port to a provider of short messages (S.traas-5); found by {@code ServiceLoader}, so a
 * provider has a public constructor without parameters.
 *
 * <p>Called by several threads at once.
 */
public interface SmsGateway {
    /** By what configurations name it: small letters, digits and hyphens, 60 characters at most. */
    String name();

    /**
     * Hands one message over for all these numbers. Called on a thread of its own that is
     * interrupted when the time for it, {@code 15 s}, is over; whoever then goes on keeps one of
     * the few places for short messages.
     *
     * @param numbers 1 to 20, as in E.164: {@code +8613800138000}
     * @param text one line without control characters that fits three parts of a message
     * @throws NotDelivered where the provider did not take it; its message is shown and logged, so
     *     it holds no secret
     */
    void send(List<String> numbers, String text) throws NotDelivered;
}
