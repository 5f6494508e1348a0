package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.feiqian.proxy.KeySource.As;
import io.feiqian.proxy.KeySource.From;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Requirement("D5.5-c")
class KeyReaderTest {
    private static final String ACCOUNT = "0123100000000017";

    @ParameterizedTest
    @CsvSource({
        "/v1/accounts/0123/statement, 2, 0123",
        "/v1/accounts/0123, 2, 0123",
        "/v1/accounts/, 2, ''",
        "/v1/accounts, 2, ''",
        "/a%62c, 0, abc",
        "/%E4%BD%A0, 0, 你",
        "/a+b, 0, a+b",
    })
    void aSegmentOfThePathIsReadAsItsServiceReadsIt(String path, String at, String key) {
        assertThat(read(From.PATH, at, question(path, "", Map.of(), ""))).isEqualTo(some(key));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/accounts/0123/../0456",
                "/v1/accounts/0123/%2e%2E/0456",
                "/v1/./0123",
                "/v1//0123",
                "/v1/0123%2F4",
                "/v1/0123%5c4",
                "/v1/0123%0",
                "/v1/0123%zz",
                "/v1/0123%00",
                "/v1/%C3%28",
            })
    void aPathThatCanBeReadInTwoWaysIsRefused(String path) {
        refused(From.PATH, "1", question(path, "", Map.of(), ""));
    }

    @ParameterizedTest
    @CsvSource({
        "account=0123&amount=1, 0123",
        "amount=1&account=0123, 0123",
        "accounts=1&account=a%20b+c, a b c",
        "%61ccount=7, 7",
        "account=, ''",
        "account, ''",
        "'', ''",
        "Account=1, ''",
    })
    void aParameterOfTheQueryIsRead(String query, String key) {
        assertThat(read(From.QUERY, "account", question("/", query, Map.of(), "")))
                .isEqualTo(some(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"account=1&account=2", "account=1&%61ccount=2", "account=1&account"})
    void aParameterThatStandsTwiceIsRefused(String query) {
        refused(From.QUERY, "account", question("/", query, Map.of(), ""));
    }

    @Test
    void aHeaderAndACookieAreReadAndRefusedWhereTheyStandTwice() {
        Map<String, List<String>> once =
                Map.of("x-account", List.of(" 0123 "), "cookie", List.of("a=b; slot=\"0042\"; c"));
        assertThat(read(From.HEADER, "X-Account", question("/", "", once, ""))).contains("0123");
        assertThat(read(From.COOKIE, "slot", question("/", "", once, ""))).contains("0042");
        assertThat(read(From.COOKIE, "lot", question("/", "", once, ""))).isEmpty();

        Map<String, List<String>> twice =
                Map.of("x-account", List.of("1", "1"), "cookie", List.of("slot=1", "slot=2"));
        refused(From.HEADER, "X-Account", question("/", "", twice, ""));
        refused(From.COOKIE, "slot", question("/", "", twice, ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"from\":\"0123\"}|/from|0123",
                " { \"to\" : [1,{\"from\":\"x\"}], \"from\" : \"0123\" } |/from|0123",
                "{\"fr\\u006fm\":\"01\\u00323\"}|/from|0123",
                "{\"a\":{\"b\":[0,{\"c\":\"k\"}]}}|/a/b/1/c|k",
                "{\"a/b\":{\"m~n\":\"k\"}}|/a~1b/m~0n|k",
                "{\"a\":{\"a\":\"in\"}}|/a/a|in",
                "{\"from\":123456}|/from|123456",
                "{\"from\":null}|/from|",
                "{\"from\":\"\"}|/from|",
                "{\"to\":\"1\"}|/from|",
                "[\"from\"]|/from|",
                "\"from\"|/from|",
                "{\"a\":\"你\",\"from\":\"k\"}|/from|k",
                "{}|/from|",
                "|/from|",
            })
    void aFieldOfJsonIsReadByItsPointer(String json, String at, String key) {
        String body = json == null ? "" : json;
        assertThat(read(From.JSON, at, question("/", "", Map.of(), body))).isEqualTo(some(key));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"from\":\"1\",\"from\":\"2\"}",
                "{\"from\":\"1\",\"\\u0066rom\":\"2\"}",
                "{\"from\":\"1\"} {\"from\":\"2\"}",
                "{\"from\":\"1\"",
                "{\"from\":\"1\",}",
                "{\"from\":1e3}",
                "{\"from\":1.0}",
                "{\"from\":-1}",
                "{\"from\":9007199254740993}",
                "{\"from\":true}",
                "{\"from\":{}}",
                "{\"from\":\"1\" \"to\":2}",
                "{'from':'1'}",
                "{\"from\":\"1\n\"}",
                "{\"from\":\"1\",\"x\":01}",
                "{\"from\":\"1\",\"x\":\"\\q\"}",
                "{\"from\":\"1\"}//",
                "\uFEFF{\"from\":\"1\"}",
            })
    void jsonThatTwoParsersReadDifferentlyIsRefused(String json) {
        refused(From.JSON, "/from", question("/", "", Map.of(), json));
    }

    @Test
    void jsonOfAnyDepthCostsABoundedStack() {
        String deep = "[".repeat(KeyJson.DEEPEST) + "]".repeat(KeyJson.DEEPEST);
        assertThat(read(From.JSON, "/a", question("/", "", Map.of(), deep))).isEmpty();
        refused(From.JSON, "/a", question("/", "", Map.of(), "[" + deep + "]"));
        refused(From.JSON, "/a", question("/", "", Map.of(), "[".repeat(1_000_000)));
    }

    @Test
    void bytesOfFixedFieldsAreRead() {
        String body = "PAY1" + ACCOUNT + "      1250CNY";
        assertThat(read(From.FIXED, "4+16", question("/", "", Map.of(), body))).contains(ACCOUNT);
        assertThat(read(From.FIXED, "20+6", question("/", "", Map.of(), body))).isEmpty();
        assertThat(read(From.FIXED, "4+99", question("/", "", Map.of(), body))).isEmpty();
        refused(From.FIXED, "0+4", question("/", "", Map.of(), "PA\0Y"));
    }

    @Test
    void aBodyIsReadWhereItLies() {
        byte[] bytes = "xx{\"from\":\"0123\"}yy".getBytes(StandardCharsets.UTF_8);
        assertThat(KeyJson.at("/from").find(new KeyParts.Body(bytes, 2, bytes.length - 2)))
                .contains("0123");
    }

    @Test
    void aKeyWithoutEndIsRefused() {
        String longest = "1".repeat(KeyReader.LONGEST);
        assertThat(read(From.QUERY, "a", question("/", "a=" + longest, Map.of(), "")))
                .contains(longest);
        refused(From.QUERY, "a", question("/", "a=1" + longest, Map.of(), ""));
        refused(From.JSON, "/a", question("/", "", Map.of(), "{\"a\":\"1" + longest + "\"}"));
    }

    @Test
    void theClientsAddressIsAKey() {
        assertThat(read(From.CLIENT_IP, "", question("/", "", Map.of(), ""))).contains("127.0.0.1");
    }

    @Test
    void anElementOfXmlIsReadByLocalNames() {
        String xml =
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <p:Document xmlns:p="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
                 <p:CstmrCdtTrfInitn><p:PmtInf><p:DbtrAcct><p:Id><p:Othr>
                 <p:Id> 0123100000000017 </p:Id></p:Othr></p:Id></p:DbtrAcct></p:PmtInf>
                 <p:PmtInf><p:DbtrAcct><p:Id><p:Othr><p:Id><![CDATA[0123100000000017]]></p:Id>
                 </p:Othr></p:Id></p:DbtrAcct></p:PmtInf></p:CstmrCdtTrfInitn></p:Document>
                """;
        String at = "/Document/CstmrCdtTrfInitn/PmtInf/DbtrAcct/Id/Othr/Id";
        assertThat(read(From.XML, at, question("/", "", Map.of(), xml))).contains(ACCOUNT);
        assertThat(read(From.XML, "/Document/Id", question("/", "", Map.of(), xml))).isEmpty();
        refused(From.XML, at, question("/", "", Map.of(), xml.replace("CDATA[0123", "CDATA[0124")));
        refused(From.XML, at, question("/", "", Map.of(), xml + "<more/>"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><a><b>&e;</b></a>",
                "<!DOCTYPE a [<!ENTITY e \"1\">]><a><b>&e;</b></a>",
                "<!DOCTYPE a SYSTEM \"file:///etc/hostname\"><a><b>1</b></a>",
                "<a><b>&e;</b></a>",
                "<a><b>1<c/>2</b></a>",
                "<a><b>1<!-- -->2</b></a>",
                "<a><b>1</b>",
                "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a><b>1</b></a>",
                "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a><b>1</b></a>",
            })
    void xmlWithDoctypesEntitiesAndOtherEncodingsIsRefused(String xml) {
        refused(From.XML, "/a/b", question("/", "", Map.of(), xml));
    }

    @Test
    void xmlOfAnyDepthIsRefused() {
        refused(From.XML, "/a/b", question("/", "", Map.of(), "<a>".repeat(100_000)));
    }

    private static Optional<String> some(String key) {
        return Optional.ofNullable(key).filter(text -> !text.isEmpty());
    }

    static Optional<String> read(From from, String at, KeyParts parts) {
        return KeyReader.of(new KeySource(from, at, As.TEXT)).read(parts);
    }

    static void refused(From from, String at, KeyParts parts) {
        assertThatThrownBy(() -> read(from, at, parts))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refusal ->
                                assertThat(refusal.code())
                                        .isEqualTo(OutcomeCode.MALFORMED_REQUEST));
    }

    static KeyParts question(
            String path, String query, Map<String, List<String>> headers, String body) {
        return KeyParts.of(
                new HttpQuestion("POST", path, query, headers, ByteString.copyFromUtf8(body)),
                InetAddress.getLoopbackAddress());
    }
}
