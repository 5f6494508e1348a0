package io.feiqian.alarms.channels;

import io.feiqian.alarms.channels.spi.SmsGateway;
import java.util.Map;
import java.util.TreeSet;

/** Tells by short messages, by way of the gateway that the configuration names. */
final class SmsChannel implements Channel {
    /** Of 70 characters each part after the first gives three away to be put together again. */
    private static final int MOST = 3 * (70 - 3);

    private static final Fit FIT = new Fit(Markup.NONE, Unit.UTF16);
    private static final int LONGEST_TITLE = 130;

    private final Sms config;
    private final Map<String, SmsGateway> gateways;
    private final Sends sends;

    SmsChannel(Sms config, Map<String, SmsGateway> gateways, Sends sends) {
        this.config = config;
        this.gateways = gateways;
        this.sends = sends;
    }

    @Override
    public void send(Notice notice) throws NotDelivered {
        SmsGateway gateway = gateways.get(config.gateway());
        if (gateway == null) {
            throw NotDelivered.forGood(
                    "gateway: %s (expected: %s)"
                            .formatted(
                                    config.gateway(),
                                    gateways.isEmpty()
                                            ? "one that is installed; none is"
                                            : "one of " + new TreeSet<>(gateways.keySet())));
        }
        String text = text(notice);
        sends.run(() -> gateway.send(config.numbers(), text));
    }

    /** The title first, since the rest may be cut. */
    static String text(Notice notice) {
        String title = FIT.cut(Wording.title(notice), LONGEST_TITLE);
        String text = CleanText.line(notice.text());
        return FIT.cut(text.isEmpty() ? title : title + " " + text, MOST);
    }
}
