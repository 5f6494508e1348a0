package io.feiqian.alarms.channels;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;

/** Tells by an HTTP request. */
final class WebhookChannel implements Channel {
    /** What a robot answers is some hundred bytes long. */
    private static final int MOST_ANSWER = 64 * 1024;

    private static final int LONGEST_KEY = 200;

    private final Webhook config;
    private final HttpClient http;
    private final Clock clock;
    private final Limits limits;
    private final Sends sends;

    WebhookChannel(Webhook config, HttpClient http, Clock clock, Limits limits, Sends sends) {
        this.config = config;
        this.http = http;
        this.clock = clock;
        this.limits = limits;
        this.sends = sends;
    }

    @Override
    public void send(Notice notice) throws NotDelivered {
        sends.run(() -> exchange(request(notice)));
    }

    private HttpRequest request(Notice notice) {
        Instant now = clock.now();
        byte[] body = WebhookBody.of(config.format(), notice);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(target(now))
                        .timeout(limits.whole())
                        .header("User-Agent", "Feiqian")
                        .header("Content-Type", "application/json; charset=utf-8")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (config.format() == Webhook.Format.PLAIN) {
            request.header("Idempotency-Key", idempotencyKey(notice));
            if (!config.secret().isEmpty()) {
                String timestamp = Long.toString(now.getEpochSecond());
                request.header("X-Feiqian-Timestamp", timestamp)
                        .header(
                                "X-Feiqian-Signature",
                                Signature.hex(config.secret(), timestamp, body));
            }
        }
        return request.build();
    }

    private URI target(Instant now) {
        URI url = config.url();
        if (config.format() != Webhook.Format.DINGTALK || config.secret().isEmpty()) {
            return url;
        }
        String timestamp = Long.toString(now.toEpochMilli());
        String query = url.getRawQuery() == null ? "" : url.getRawQuery() + "&";
        return URI.create(
                "%s://%s%s?%stimestamp=%s&sign=%s"
                        .formatted(
                                url.getScheme(),
                                url.getRawAuthority(),
                                url.getRawPath(),
                                query,
                                timestamp,
                                Signature.dingTalk(config.secret(), timestamp)));
    }

    /** The key as a header can carry it, and the kind. */
    private static String idempotencyKey(Notice notice) {
        String key = URLEncoder.encode(notice.key(), UTF_8);
        return (key.length() > LONGEST_KEY ? Digest.of(notice.key()) : key) + "-" + notice.kind();
    }

    private void exchange(HttpRequest request) throws NotDelivered {
        boolean robot =
                switch (config.format()) {
                    case PLAIN, SLACK -> false;
                    case DINGTALK, WECOM -> true;
                };
        HttpResponse<byte[]> answer;
        try {
            // Where the status says it all, a body that never ends changes nothing.
            answer = http.send(request, status -> new FirstBytes(robot ? MOST_ANSWER : 0));
        } catch (IOException failure) {
            throw Unreached.because(config.url().getHost(), failure);
        } catch (InterruptedException late) {
            Thread.currentThread().interrupt();
            throw NotDelivered.forNow("interrupted");
        }
        checkStatus(answer.statusCode());
        if (robot) {
            RobotAnswer.check(config.format(), answer.body());
        }
    }

    private static void checkStatus(int status) throws NotDelivered {
        if (status >= 200 && status < 300) {
            return;
        }
        String message =
                "HTTP status: %d (expected: 2xx; redirects are not followed)".formatted(status);
        boolean forNow = status >= 500 || status == 408 || status == 425 || status == 429;
        throw forNow ? NotDelivered.forNow(message) : NotDelivered.forGood(message);
    }
}
