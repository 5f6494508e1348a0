package io.feiqian.layer7;

import static io.feiqian.layer7.Http2Wire.field;
import static io.feiqian.layer7.Http2Wire.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.Requirement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Heads and how they are packed, rule by rule of RFC 9113 and RFC 7541, over raw sockets. */
@Requirement("P6.1.3-d")
class Http2HeadRulesTest extends Http2Rules {
    @TestFactory
    Stream<DynamicTest> everyRuleIsKept() {
        heads();
        compression();
        assertThat(cases).hasSizeGreaterThan(30);
        return cases.stream();
    }

    private void heads() {
        refused("8.2: a name in capitals", field("X-Upper", "1"));
        refused("8.2.1: a name with a line end", field("x\r\ny", "1"));
        refused("8.2.1: a value with a line end", field("x-a", "1\r\nb: 2"));
        refused("8.2.1: a value that begins with white space", field("x-a", " 1"));
        refused("8.2.2: connection", field("connection", "keep-alive"));
        refused("8.2.2: transfer-encoding", field("transfer-encoding", "chunked"));
        refused("8.2.2: keep-alive", field("keep-alive", "5"));
        refused("8.2.2: upgrade", field("upgrade", "h2c"));
        refused("8.2.2: te other than trailers", field("te", "gzip"));
        refused("8.3: an unknown pseudo field", field(":test", "1"));
        refused("8.3: a pseudo field of answers", field(":status", "200"));
        refused(
                "8.3: a pseudo field after the others",
                join(field("x-a", "1"), field(":path", "/")));
        refused("8.3.1: a method twice", field(":method", "GET"));
        refused("8.3.1: a scheme twice", field(":scheme", "http"));
        refused("8.3.1: a path twice", field(":path", "/"));
        refused("8.1.1: more body announced than comes", field("content-length", "1"));
        for (String missing : List.of(":method", ":scheme", ":path")) {
            cut(
                    "8.3.1: without " + missing,
                    PROTOCOL,
                    wire -> wire.headers(1, true, Http2Wire.without(missing)));
        }
        cut(
                "8.3.1: an empty path",
                PROTOCOL,
                wire ->
                        wire.headers(
                                1, true, join(Http2Wire.without(":path"), field(":path", ""))));
        cut(
                "8.1: a pseudo field among trailers",
                PROTOCOL,
                wire -> {
                    post(wire, 1);
                    wire.headers(1, true, field(":method", "GET"));
                });
        cut(
                "8.1: trailers that do not end the stream",
                PROTOCOL,
                wire -> {
                    post(wire, 1);
                    wire.headers(1, false, field("x-a", "1"));
                });
        cut(
                "8.1.1: less body than announced",
                PROTOCOL,
                wire -> {
                    wire.headers(
                            1, false, join(Http2Wire.asked("POST"), field("content-length", "4")));
                    wire.frame(DATA, END, 1, new byte[3]);
                });
        cut(
                "8.1.1: more body than announced, in pieces",
                PROTOCOL,
                wire -> {
                    wire.headers(
                            1, false, join(Http2Wire.asked("POST"), field("content-length", "4")));
                    wire.frame(DATA, 0, 1, new byte[3]);
                    wire.frame(DATA, END, 1, new byte[3]);
                });
    }

    private void compression() {
        packed("2.3.3: a place beyond the table", new byte[] {(byte) 0xff, 0x50});
        packed("2.3.3: a name's place beyond the table", new byte[] {0x7f, 0x50, 1, 'a'});
        packed("6.1: place zero", new byte[] {(byte) 0x80});
        packed("5.1: a number without end", new byte[] {(byte) 0xff, -1, -1, -1, -1, -1, -1, -1});
        packed("4.2: a change of the table after fields", new byte[] {0x20});
        broken(
                "RFC 7541, 6.3: a table larger than allowed",
                COMPRESSION,
                wire -> wire.headers(1, true, join(new byte[] {0x3f, -31, 63}, wire.get("/"))));
        packed(
                "5.2: padding of more than seven bits",
                new byte[] {0, 1, 'x', (byte) 0x82, 0x1f, -1});
        packed("5.2: padding that is no end", new byte[] {0, 1, 'x', (byte) 0x81, 0x18});
        packed("5.2: an end within a text", new byte[] {0, 1, 'x', (byte) 0x84, -1, -1, -1, -1});
        packed("5.2: a text that is cut off", new byte[] {0, 1, 'x', 5, 'a'});
    }

    private void packed(String rule, byte[] block) {
        broken(
                "RFC 7541, " + rule,
                COMPRESSION,
                wire -> wire.headers(1, true, join(wire.get("/"), block)));
    }

    private void refused(String rule, byte[] more) {
        cut(rule, PROTOCOL, wire -> wire.headers(1, true, join(wire.get("/"), more)));
    }
}
