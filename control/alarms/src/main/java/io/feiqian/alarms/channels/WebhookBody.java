package io.feiqian.alarms.channels;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a webhook's request says, in each format. */
final class WebhookBody {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Fit PLAIN = new Fit(Markup.NONE, Unit.UTF16);
    private static final int LONGEST_TEXT = 16_000;
    private static final int LONGEST_KEY = 1_000;

    /** What a list of chats shows of a message. */
    private static final int LONGEST_TITLE = 300;

    private WebhookBody() {}

    static byte[] of(Webhook.Format format, Notice notice) {
        ObjectNode body = MAPPER.createObjectNode();
        switch (format) {
            case PLAIN -> plain(notice, body);
            case SLACK -> {
                body.put("text", ChatMessage.SLACK.of(notice));
                // Names with underscores and stars are names, not slanted or bold words.
                body.put("mrkdwn", false);
            }
            case DINGTALK -> {
                body.put("msgtype", "markdown");
                body.putObject("markdown")
                        .put("title", ChatMessage.DINGTALK.title(notice, LONGEST_TITLE))
                        .put("text", ChatMessage.DINGTALK.of(notice));
                body.putObject("at").put("isAtAll", false);
            }
            case WECOM -> {
                body.put("msgtype", "markdown");
                body.putObject("markdown").put("content", ChatMessage.WECOM.of(notice));
            }
        }
        return body.toString().getBytes(UTF_8);
    }

    private static void plain(Notice notice, ObjectNode body) {
        body.put("key", PLAIN.cut(CleanText.line(notice.key()), LONGEST_KEY))
                .put("kind", notice.kind().name())
                .put("severity", notice.severity().name())
                .put("rule", Wording.rule(notice))
                .put("object", Wording.object(notice))
                .put("text", PLAIN.cut(CleanText.lines(notice.text()), LONGEST_TEXT))
                .put("since", notice.since().toString())
                .put("at", notice.at().toString())
                .put("link", Wording.link(notice));
    }
}
