package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.Requirement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests and answers whose end is in doubt, against a real listener with a real backend that
 * records what it saw: the backend never sees what stands behind them.
 */
@Requirement("P6.1.3-d")
@SuppressWarnings("StringConcatToTextBlock") // Line ends are what it is about.
class SmugglingTest {
    private static final String BEHIND = "GET /smuggled HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n";

    private final Shop shop = new Shop("one");
    private final Door door =
            new Door(
                    new Door.Plan()
                            .pool("shops", shop)
                            .route("guarded", "/guarded/", "")
                            .route("all", "/", "shops")
                            .config());

    @AfterEach
    void stop() {
        door.close();
        shop.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "both lengths, length first     | Content-Length: 5\\r\\nTransfer-Encoding: chunked | 400",
                "both lengths, coding first     | Transfer-Encoding: chunked\\r\\nContent-Length: 5 | 400",
                "two lengths that differ        | Content-Length: 5\\r\\nContent-Length: 6 | 400",
                "two lengths that are the same  | Content-Length: 5\\r\\nContent-Length: 5 | 400",
                "a list of lengths              | Content-Length: 5, 5 | 400",
                "a negative length              | Content-Length: -5 | 400",
                "a length with a plus           | Content-Length: +5 | 400",
                "a hexadecimal length           | Content-Length: 0x5 | 400",
                "an empty length                | Content-Length: | 400",
                "a length beyond counting       | Content-Length: 99999999999999999999 | 400",
                "a length with a blank inside   | Content-Length: 1 1 | 400",
                "a coding behind another        | Transfer-Encoding: gzip, chunked | 400",
                "chunked twice in one           | Transfer-Encoding: chunked, chunked | 400",
                "chunked in two headers         | Transfer-Encoding: chunked\\r\\nTransfer-Encoding: chunked | 400",
                "an identity beside             | Transfer-Encoding: identity | 400",
                "a coding that looks alike      | Transfer-Encoding: xchunked | 400",
                "a coding in quotes             | Transfer-Encoding: \"chunked\" | 400",
                "a vertical tab before it       | Transfer-Encoding: \\u000bchunked | 400",
                "a blank before the colon       | Transfer-Encoding : chunked | 400",
                "a blank in the name            | Transfer Encoding: chunked | 400",
                "an underscore is another name  | Transfer_Encoding: chunked | 200",
                "a folded value                 | Transfer-Encoding:\\r\\n chunked | 400",
                "a folded header before         | X: y\\r\\n\\tz: 1 | 400",
                "a line feed alone              | X: y\\nTransfer-Encoding: chunked | 400",
                "a carriage return alone        | X: y\\rTransfer-Encoding: chunked | 400",
                "a NUL in a value               | X: y\\u0000z | 400",
                "a NUL in a name                | X\\u0000: y | 400",
                "no name                        | : y | 400",
                "no colon                       | XYZ | 400",
                "a second host                  | Host: b | 400",
                "an expectation unknown         | Expect: 200-maybe | 417",
                "HTTP/2's settings to hop       | Connection: Upgrade, HTTP2-Settings\\r\\nUpgrade: h2c\\r\\nHTTP2-Settings: AAAA | 200",
            })
    void aRequestInDoubtIsRefusedAndNothingBehindItIsSeen(String what, String field, int status) {
        try (Wire wire = new Wire(door.port())) {
            String end = status == 200 ? "" : "0\\r\\n\\r\\n";
            wire.send(
                    raw(
                            "POST /first HTTP/1.1\\r\\nHost: a\\r\\n"
                                    + (field == null ? "" : field)
                                    + "\\r\\n\\r\\n"
                                    + end
                                    + (status == 200 ? "" : BEHIND)));

            assertThat(wire.read().status()).as(what).isEqualTo(status);
            if (status != 200) {
                assertThat(wire.isClosed()).isTrue();
                assertThat(shop.seen).isEmpty();
            } else {
                assertThat(shop.seen.getFirst().fields())
                        .doesNotContainKeys("upgrade", "http2-settings", "connection");
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a size that is no number      | zz\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "a size with 0x                | 0x3\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "a negative size               | -3\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "a size with a blank           | 3 \\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "a size beyond counting        | fffffffffffffffff\\r\\nabc\\r\\n",
                "a line feed behind the size   | 3\\nabc\\r\\n0\\r\\n\\r\\n",
                "a return behind the size      | 3\\rXabc\\r\\n0\\r\\n\\r\\n",
                "more than the size says       | 3\\r\\nabcd\\r\\n0\\r\\n\\r\\n",
                "a line feed behind the data   | 3\\r\\nabc\\n0\\r\\n\\r\\n",
                "a line feed in an extension   | 3;a\\nb\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "a folded trailer              | 0\\r\\nX: y\\r\\n z\\r\\n\\r\\n",
                "a trailer without a colon     | 0\\r\\nXYZ\\r\\n\\r\\n",
                "no size                       | \\r\\nabc\\r\\n0\\r\\n\\r\\n",
            })
    void chunksInDoubtEndTheConnectionAndNothingBehindThemIsSeen(String what, String chunks) {
        try (Wire wire = new Wire(door.port())) {
            wire.send(
                    raw(
                            "POST /first HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"
                                    + chunks
                                    + BEHIND));

            assertThat(wire.read().status()).as(what).isEqualTo(400);
            assertThat(wire.isClosed()).isTrue();
        }
        assertThat(shop.seen).noneMatch(each -> each.first().contains("smuggled"));
        assertThat(shop.seen).noneMatch(Wire.Message::whole);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "dots                 | /x/../guarded/a      | 400",
                "escaped dots         | /x/%2e%2e/guarded/a  | 400",
                "half escaped dots    | /x/.%2E/guarded/a    | 400",
                "one dot              | /./guarded/a         | 400",
                "two slashes          | //guarded/a          | api",
                "an escaped letter    | /%67uarded/a         | api",
                "a bad escape         | /guarded%2/a         | 400",
                "an escaped NUL       | /guarded%00/a        | 400",
                "a backslash          | /x\\\\..\\\\guarded/a | 400",
                "a fragment           | /x#/guarded          | 400",
                "the absolute form    | http://a/guarded/a   | api",
                "no path and a query  | http://a?b=/guarded/ | 400",
                "another scheme       | ftp://a/guarded/a    | 400",
                "no slash             | guarded/a            | 400",
            })
    void aGuardedPathIsNotReachedByWritingItAnotherWay(String what, String target, String means) {
        Wire.Message answer =
                Wire.exchange(
                        door.port(), raw("GET " + target + " HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n"));

        assertThat(means.equals("400") ? "" + answer.status() : answer.body().substring(0, 3))
                .as(what)
                .isEqualTo(means);
        assertThat(shop.seen).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "both lengths        | Content-Length: 3\\r\\nTransfer-Encoding: chunked | 502",
                "two lengths         | Content-Length: 3\\r\\nContent-Length: 4 | 502",
                "a coding unknown    | Transfer-Encoding: gzip, chunked | 502",
                "a folded header     | X: a\\r\\n b\\r\\nContent-Length: 3 | 502",
                "a line feed alone   | X: a\\nContent-Length: 3 | 502",
            })
    void anAnswerInDoubtIsNotPassedOn(String what, String field, int status) {
        shop.behave((wire, request) ->
                wire.send(raw("HTTP/1.1 200 OK\\r\\n" + field + "\\r\\n\\r\\nabc")));

        assertThat(Wire.exchange(door.port(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n").status())
                .as(what)
                .isEqualTo(status);
    }

    @Test
    void bytesBehindAnAnswerNeverBecomeTheAnswerToAnotherRequest() {
        shop.behave((wire, request) ->
                wire.send(
                        Shop.answer("right")
                                + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong"));
        try (Wire wire = new Wire(door.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().body())
                        .isEqualTo("right");
            }
        }
    }

    @Test
    void theHostOfTheTargetCountsAndNoOtherReachesTheBackend() {
        Wire.exchange(door.port(), "GET http://right/x HTTP/1.1\r\nHost: wrong\r\n\r\n");

        assertThat(shop.seen.getFirst().first()).isEqualTo("GET /x HTTP/1.1");
        assertThat(shop.seen.getFirst().field("host")).isEqualTo("right");
    }

    @Test
    void whatMatterToTheEndCannotBeNamedAway() {
        Wire.exchange(
                door.port(),
                "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: me\r\nCookie: b=c\r\n"
                        + "Connection: authorization, cookie, host, x-forwarded-for\r\n\r\n");

        assertThat(shop.seen.getFirst().fields())
                .containsKeys("authorization", "cookie", "host", "x-forwarded-for");
    }

    @Test
    void aThousandChunksOfOneByteWithLongExtensionsAreTooMuch() {
        String chunk = "1;" + "e".repeat(200) + "\r\nx\r\n";
        Wire.Message answer =
                Wire.exchange(
                        door.port(),
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + chunk.repeat(1_000)
                                + "0\r\n\r\n");
        assertThat(answer.status()).isEqualTo(400);
    }

    /** Writes out what a table can only write with backslashes. */
    private static String raw(String text) {
        return text.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\u0000", "\0")
                .replace("\\u000b", "\u000b")
                .replace("\\\\", "\\");
    }
}
