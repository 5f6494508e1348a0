package io.feiqian.alarms.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is kept of a channel comes back, and nothing else is taken for one. */
class ChannelJsonTest {
    static Stream<ChannelConfig> configs() {
        return Stream.of(
                ConfigTest.mail("smtp.bank.example", Mail.Security.TLS, "ops", "pass \"word\" 密"),
                ConfigTest.mail("smtp.bank.example", Mail.Security.NONE, "", ""),
                new Webhook(
                        URI.create("https://oapi.dingtalk.com/robot/send?access_token=a%2Bb"),
                        Webhook.Format.DINGTALK,
                        "SEC1"),
                new Webhook(URI.create("http://10.0.0.1:8080/in"), Webhook.Format.WECOM, ""),
                new Sms("provider", List.of("+8613800138000", "+4915112345678")));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void aConfigurationSurvives(ChannelConfig config) {
        assertThat(ChannelJson.read(ChannelJson.write(config))).isEqualTo(config);
    }

    @Test
    void whatMayBeLeftOutMay() {
        assertThat(
                        ChannelJson.read(
                                """
                                {"type":"webhook","url":"https://a.example/","format":"PLAIN"}
                                """))
                .isEqualTo(new Webhook(URI.create("https://a.example/"), Webhook.Format.PLAIN, ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'pager'} | type: pager (expected: mail, webhook or sms)",
                "{} | type: missing (expected: a text)",
                "{'type':7} | type: number (expected: a text)",
                "[] | channel: other JSON (expected: a JSON object)",
                "hunter2 | channel: no JSON (expected: a JSON object)",
                "{'type':'sms'} {} | channel: no JSON (expected: a JSON object)",
                "{'type':'sms','type':'mail'} | channel: no JSON (expected: a JSON object)",
                "{'type':'sms','gateway':'a'} | numbers: missing (expected: a list of texts)",
                "{'type':'sms','gateway':'a','numbers':[7]}"
                        + " | numbers: number (expected: texts in the list)",
                "{'type':'sms','gateway':'a','numbers':['+8613800138000'],'retries':1}"
                        + " | field: retries (expected: one of [gateway, numbers, type])",
                "{'type':'webhook','url':'https://a.example/','format':'TEAMS'}"
                        + " | format: TEAMS (expected: one of [PLAIN, SLACK, DINGTALK, WECOM])",
                "{'type':'webhook','url':'https://a.example/hunter2 x','format':'SLACK'}"
                        + " | url: not a URL (expected: an http or https URL)",
                "{'type':'mail','host':'a','port':'hunter2'} | port: string (expected: a number)",
                "{'type':'mail','host':'a','port':0,'security':'TLS','from':'a@b.example',"
                        + "'to':['a@b.example']} | port: 0 (expected: 1 to 65535)"
            })
    void whatIsNoChannelIsRefusedPlainly(String json, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChannelJson.read(json.replace('\'', '"')))
                .withMessage(message)
                .withNoCause();
    }

    @Test
    void aDocumentIsOfBoundedLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChannelJson.read("[".repeat(20_000)))
                .withMessage("channel: too long (expected: 16384 characters at most)");
    }
}
