package io.feiqian.alarms.channels;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a label or a log line holds is told as text, and no longer than a receiver takes. */
class WordingTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> LINES =
            List.of(
                    "<@U012AB3CD> <!channel> <!here|x> @all @所有人 @\u200Ball",
                    "# heading",
                    "> quoted",
                    "- item",
                    "[here](https://evil.example) ![x](https://evil.example/x.png)",
                    "<https://evil.example|ok> **bold** `code` &lt;@all&gt; \\[x\\](y)",
                    "<font color=\"warning\">red</font>",
                    "\"},\"at\":{\"isAtAll\":true},\"x\":{\"y\":\"",
                    "\r\nBcc: all@bank.example\r\n\r\n.\r\nQUIT\r",
                    "\u0000\u0007\u001B[31m\u202Etxt.exe\u2028z\uD800");
    private static final String HOSTILE = String.join("\n", LINES);
    private static final String FACTS = "Feiqian: WARNING since 2026-01-05T00:00:00Z";

    @Test
    void slackReadsNoMentionAndNoLink() throws IOException {
        JsonNode body = body(Webhook.Format.SLACK, Notices.full(HOSTILE));
        assertThat(names(body)).containsExactly("text", "mrkdwn");
        assertThat(body.path("mrkdwn").asBoolean(true)).isFalse();
        assertThat(body.path("text").asText())
                .doesNotContainPattern("[<>@]")
                .doesNotContainPattern("&(?!amp;|lt;|gt;)")
                .contains("&lt;＠U012AB3CD&gt; &lt;!channel&gt;")
                .satisfies(WordingTest::isClean);
    }

    @ParameterizedTest
    @EnumSource(
            value = Webhook.Format.class,
            names = {"DINGTALK", "WECOM"})
    void robotsReadNoMentionNoLinkNoTagAndNoHeadingBeyondOurs(Webhook.Format format)
            throws IOException {
        JsonNode body = body(format, Notices.full(HOSTILE));
        String text = markdown(body);
        assertThat(text)
                .doesNotContainPattern("[<>@\\[\\]*`&\\\\]")
                .contains("＜＠U012AB3CD＞")
                .satisfies(WordingTest::isClean);
        assertThat(text.lines().filter(line -> !line.isEmpty()))
                .hasSize(4)
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("### ［WARNING］ "),
                        line -> assertThat(line).startsWith("What: "),
                        line -> assertThat(line).isEqualTo(FACTS),
                        line -> assertThat(line).startsWith("RAISED at "));
        if (format == Webhook.Format.DINGTALK) {
            assertThat(names(body)).containsExactly("msgtype", "markdown", "at");
            assertThat(body.path("at").toString()).isEqualTo("{\"isAtAll\":false}");
            assertThat(body.path("markdown").path("title").asText())
                    .doesNotContainPattern("[<>@\\[\\]]");
        } else {
            assertThat(names(body)).containsExactly("msgtype", "markdown");
        }
    }

    @Test
    void aPlainDocumentKeepsItsFields() throws IOException {
        JsonNode body = body(Webhook.Format.PLAIN, Notices.full(HOSTILE));
        assertThat(names(body))
                .containsExactly(
                        "key", "kind", "severity", "rule", "object", "text", "since", "at", "link");
        assertThat(body.path("text").asText()).contains("<@U012AB3CD>", "\n# heading\n");
        assertThat(body.path("text").asText().replace("\n", "")).satisfies(WordingTest::isClean);
        assertThat(body.path("rule").asText()).satisfies(WordingTest::isClean);
        assertThat(body.path("link").asText()).isEmpty();
    }

    @Test
    void chatsSayWhatWhereAndSinceWhen() throws IOException {
        assertThat(body(Webhook.Format.SLACK, Notices.raised()).path("text").asText())
                .isEqualTo(
                        """
                        [CRITICAL] confirms-wait: cell 0017
                        What: 待处理 confirms wait for 3 minutes: 12 (expected: 0)
                        Feiqian: CRITICAL since 2026-01-05T00:00:00Z
                        RAISED at 2026-01-05T00:01:00Z
                        https://console.bank.example/alarms/7?cell=0017&amp;page=2\
                        """);
        assertThat(markdown(body(Webhook.Format.WECOM, Notices.raised())))
                .isEqualTo(
                        """
                        ### ［CRITICAL］ confirms-wait: cell 0017
                        What: 待处理 confirms wait for 3 minutes: 12 (expected: 0)
                        Feiqian: CRITICAL since 2026-01-05T00:00:00Z
                        RAISED at 2026-01-05T00:01:00Z
                        [Console](https://console.bank.example/alarms/7?cell=0017&page=2)\
                        """);
    }

    @Test
    void whatIsOverOrATrialIsNotUrgent() {
        assertThat(Wording.title(Notices.of(Notice.Kind.ENDED, "cell 0017", "")))
                .isEqualTo("[ENDED] confirms-wait: cell 0017");
        assertThat(Wording.title(Notices.of(Notice.Kind.TEST, "", "")))
                .isEqualTo("[TEST] confirms-wait");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"", "x", "<", "待", "😀", "&", "\\", "\n", "e\u0301"})
    void lengthsAreThoseThatReceiversTake(String each) throws IOException {
        String text = each.repeat(30_000);
        Notice notice =
                new Notice(
                        "k",
                        Notice.Kind.RAISED,
                        Notices.raised().severity(),
                        text,
                        text,
                        "a" + text + "a",
                        Notices.SINCE,
                        Notices.AT,
                        Notices.LINK);
        String slack = body(Webhook.Format.SLACK, notice).path("text").asText();
        String weCom = markdown(body(Webhook.Format.WECOM, notice));
        byte[] dingTalk = WebhookBody.of(Webhook.Format.DINGTALK, notice);
        assertThat(slack.length()).isLessThanOrEqualTo(4_000);
        assertThat(weCom.getBytes(UTF_8).length).isLessThanOrEqualTo(4_096);
        assertThat(dingTalk.length).isLessThanOrEqualTo(20_000);
        assertThat(SmsChannel.text(notice).length()).isLessThanOrEqualTo(3 * 67);
        assertThat(WebhookBody.of(Webhook.Format.PLAIN, notice).length)
                .isLessThanOrEqualTo(100_000);
        if (!each.isBlank()) {
            // Cut with a mark, not in the middle of what stands for a character, and not too soon.
            assertThat(slack.length()).isGreaterThan(3_980);
            assertThat(weCom.getBytes(UTF_8).length).isGreaterThan(4_080);
            assertThat(dingTalk.length).isGreaterThan(18_000);
            for (String told : List.of(slack, weCom, SmsChannel.text(notice))) {
                assertThat(told).contains("…").satisfies(WordingTest::isClean);
            }
            assertThat(slack).doesNotContainPattern("&(?!amp;|lt;|gt;)");
        }
    }

    @Test
    void whatFitsIsNotCut() {
        Fit fit = new Fit(Markup.NONE, Unit.UTF8);
        assertThat(fit.cut("待办", 6)).isEqualTo("待办");
        assertThat(fit.cut("待办事", 8)).isEqualTo("待…");
        assertThat(fit.cut("待办事", 6)).isEqualTo("待…");
        assertThat(fit.cut("😀😀", 7)).isEqualTo("😀…");
        assertThat(new Fit(Markup.SLACK, Unit.UTF16).cut("<<<", 9)).isEqualTo("&lt;&lt;…");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "javascript:alert(1)",
                "https://a.example/) @all",
                "/alarms/7",
                "https:///x",
                "",
                "https://a.example/<@all>"
            })
    void linksThatCannotBeFollowedAreLeftOut(String link) {
        assertThat(Wording.link(withLink(link))).isEmpty();
    }

    @Test
    void linksCannotEndThemselves() {
        assertThat(Wording.link(withLink("https://a.example/x)[y](z")) + "|").isEqualTo("|");
        assertThat(Wording.link(withLink("https://a.example/x)*(y@all")))
                .isEqualTo("https://a.example/x%29%2A%28y%40all");
    }

    private static Notice withLink(String link) {
        Notice like = Notices.raised();
        return new Notice(
                like.key(),
                like.kind(),
                like.severity(),
                like.rule(),
                like.object(),
                like.text(),
                like.since(),
                like.at(),
                link);
    }

    private static void isClean(String text) {
        assertThat(text.codePoints())
                .noneMatch(each ->
                        each != '\n'
                                && (Character.isISOControl(each)
                                        || Character.getType(each) == Character.FORMAT
                                        || Character.getType(each) == Character.SURROGATE
                                        || each == 0x2028));
    }

    private static JsonNode body(Webhook.Format format, Notice notice) throws IOException {
        return MAPPER.readTree(WebhookBody.of(format, notice));
    }

    private static String markdown(JsonNode body) {
        return body.path("markdown").path("text").asText()
                + body.path("markdown").path("content").asText();
    }

    private static List<String> names(JsonNode body) {
        List<String> names = new ArrayList<>();
        body.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
