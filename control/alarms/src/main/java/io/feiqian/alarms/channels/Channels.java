package io.feiqian.alarms.channels;

import io.feiqian.alarms.channels.spi.SmsGateway;
import io.feiqian.runtime.Clock;
import java.net.http.HttpClient;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;

/**
 * Opens channels (B6.4-f, S.traas-5). Thread-safe, and so are the channels, which hold nothing open
 * between notices and need not be closed. A connection has 5 seconds to stand and a notice 15 to be
 * taken over; certificates are those that this Java trusts; redirects are not followed.
 *
 * <p>Of each kind, mail, webhooks and short messages, 16 notices at most are on their way at once;
 * further ones are not delivered for now.
 */
public final class Channels implements AutoCloseable {
    private final Clock clock;
    private final Limits limits;
    private final SSLContext tls;
    private final Map<String, SmsGateway> gateways;
    private final HttpClient http;
    private final Sends mails;
    private final Sends webhooks;
    private final Sends messages;

    /**
     * Channels with the gateways for short messages that are installed.
     *
     * @param clock what dates mails and signatures
     * @throws IllegalStateException where two gateways have the same name
     */
    public Channels(Clock clock) {
        this(clock, Limits.PRODUCT, defaultTls());
    }

    Channels(Clock clock, Limits limits, SSLContext tls) {
        this.clock = clock;
        this.limits = limits;
        this.tls = tls;
        this.gateways =
                StreamSupport.stream(ServiceLoader.load(SmsGateway.class).spliterator(), false)
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        SmsGateway::name, Function.identity()));
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(limits.connect())
                        .sslContext(tls)
                        .build();
        this.mails = new Sends(limits.whole());
        this.webhooks = new Sends(limits.whole());
        this.messages = new Sends(limits.whole());
    }

    /** A channel of this configuration. Nothing is connected before something is told. */
    public Channel open(ChannelConfig config) {
        return switch (config) {
            case Mail mail -> new MailChannel(mail, tls.getSocketFactory(), clock, limits, mails);
            case Webhook webhook -> new WebhookChannel(webhook, http, clock, limits, webhooks);
            case Sms sms -> new SmsChannel(sms, gateways, messages);
        };
    }

    /** Gives up what is on its way; channels deliver nothing from now on. */
    @Override
    public void close() {
        mails.close();
        webhooks.close();
        messages.close();
        http.shutdownNow();
    }

    private static SSLContext defaultTls() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has TLS", impossible);
        }
    }
}
