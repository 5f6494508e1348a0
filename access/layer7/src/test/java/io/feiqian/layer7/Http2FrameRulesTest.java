package io.feiqian.layer7;

import static io.feiqian.layer7.Http2Wire.field;
import static io.feiqian.layer7.Http2Wire.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.Requirement;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Frames, streams, settings and windows, rule by rule of RFC 9113, over raw sockets. */
@Requirement("P6.1.3-d")
class Http2FrameRulesTest extends Http2Rules {
    @TestFactory
    Stream<DynamicTest> everyRuleIsKept() {
        frames();
        streams();
        settingsAndPings();
        windows();
        assertThat(cases).hasSizeGreaterThan(60);
        return cases.stream();
    }

    private void frames() {
        served(
                "4.1: frames of unknown types are passed over",
                wire -> {
                    wire.frame(0x16, 0xff, 0, new byte[8]);
                    wire.frame(0x17, 0, 1, new byte[8]);
                    get(wire, 1);
                });
        served(
                "4.1: a reserved bit is passed over",
                wire -> {
                    wire.frame(PING, 0, 0x8000_0000, new byte[8]);
                    get(wire, 1);
                });
        served(
                "4.2: a frame as long as may be",
                wire -> {
                    post(wire, 1);
                    wire.frame(DATA, END, 1, new byte[16_384]);
                });
        broken(
                "4.2: data longer than may be",
                SIZE,
                wire -> {
                    post(wire, 1);
                    wire.frame(DATA, END, 1, new byte[16_385]);
                });
        broken(
                "4.2: a head longer than may be",
                SIZE,
                wire -> wire.frame(HEADERS, HEAD_OVER | END, 1, new byte[16_385]));
        broken(
                "4.3: another frame within a head",
                PROTOCOL,
                wire -> {
                    wire.frame(HEADERS, END, 1, wire.get("/"));
                    wire.frame(PRIORITY, 0, 1, new byte[] {0, 0, 0, 0, 9});
                });
        broken(
                "4.3: another stream's head within a head",
                PROTOCOL,
                wire -> {
                    wire.frame(HEADERS, END, 1, wire.get("/"));
                    wire.frame(HEADERS, END | HEAD_OVER, 3, wire.get("/"));
                });
        broken(
                "5.5: a frame of an unknown type within a head",
                PROTOCOL,
                wire -> {
                    wire.frame(HEADERS, END, 1, wire.get("/"));
                    wire.frame(0x16, 0, 0, new byte[8]);
                });
        broken("6.1: data of no stream", PROTOCOL, wire -> wire.frame(DATA, 0, 0, new byte[1]));
        broken(
                "6.1: more padding than data",
                PROTOCOL,
                wire -> {
                    post(wire, 1);
                    wire.frame(DATA, END | PADDED, 1, new byte[] {6, 1, 2});
                });
        served(
                "6.1: data with padding",
                wire -> {
                    post(wire, 1);
                    wire.frame(DATA, END | PADDED, 1, new byte[] {2, 'a', 0, 0});
                });
        broken(
                "6.2: a head of no stream",
                PROTOCOL,
                wire -> wire.frame(HEADERS, HEAD_OVER | END, 0, wire.get("/")));
        broken(
                "6.2: more padding than head",
                PROTOCOL,
                wire ->
                        wire.frame(
                                HEADERS,
                                HEAD_OVER | END | PADDED,
                                1,
                                join(new byte[] {100}, wire.get("/"))));
        served(
                "6.2: a head with padding and priority",
                wire ->
                        wire.frame(
                                HEADERS,
                                HEAD_OVER | END | PADDED | WITH_PRIORITY,
                                1,
                                join(new byte[] {3, 0, 0, 0, 0, 9}, wire.get("/"), new byte[3])));
        broken(
                "6.3: priority of no stream",
                PROTOCOL,
                wire -> wire.frame(PRIORITY, 0, 0, new byte[] {0, 0, 0, 0, 9}));
        cut(
                "6.3: priority of another length",
                SIZE,
                wire -> {
                    post(wire, 1);
                    wire.frame(PRIORITY, 0, 1, new byte[4]);
                });
        served(
                "6.3: priority of a stream that is not open",
                wire -> {
                    wire.frame(PRIORITY, 0, 5, new byte[] {0, 0, 0, 0, 9});
                    get(wire, 1);
                });
        broken("6.4: a reset of no stream", PROTOCOL, wire -> wire.frame(RST, 0, 0, CANCEL));
        broken(
                "6.4: a reset of another length",
                SIZE,
                wire -> {
                    post(wire, 1);
                    wire.frame(RST, 0, 1, new byte[3]);
                });
        served(
                "7: a reset for an unknown reason",
                wire -> {
                    post(wire, 3);
                    wire.frame(RST, 0, 3, new byte[] {0, 0, 0, 0x7f});
                    get(wire, 5);
                },
                5);
        broken(
                "8.4: a client that promises a request",
                PROTOCOL,
                wire ->
                        wire.frame(
                                PUSH, HEAD_OVER, 1, join(new byte[] {0, 0, 0, 2}, wire.get("/"))));
        served(
                "6.10: a head in pieces",
                wire -> {
                    wire.frame(HEADERS, END, 1, wire.get("/"));
                    wire.frame(CONTINUATION, 0, 1, field("x-a", "1"));
                    wire.frame(CONTINUATION, HEAD_OVER, 1, field("x-b", "2"));
                });
        broken(
                "6.10: a piece of no stream",
                PROTOCOL,
                wire -> {
                    wire.frame(HEADERS, END, 1, wire.get("/"));
                    wire.frame(CONTINUATION, HEAD_OVER, 0, field("x-a", "1"));
                });
        broken(
                "6.10: a piece of another stream",
                PROTOCOL,
                wire -> {
                    wire.frame(HEADERS, END, 1, wire.get("/"));
                    wire.frame(CONTINUATION, HEAD_OVER, 3, field("x-a", "1"));
                });
        broken(
                "6.10: a piece after the last",
                PROTOCOL,
                wire -> {
                    wire.headers(1, false, wire.get("/"));
                    wire.frame(CONTINUATION, HEAD_OVER, 1, field("x-a", "1"));
                });
        broken(
                "6.10: a piece after data",
                PROTOCOL,
                wire -> {
                    post(wire, 1);
                    wire.frame(DATA, 0, 1, new byte[1]);
                    wire.frame(CONTINUATION, HEAD_OVER, 1, field("x-a", "1"));
                });
    }

    private void streams() {
        broken("5.1, idle: data", PROTOCOL, wire -> wire.frame(DATA, END, 1, new byte[1]));
        broken("5.1, idle: a reset", PROTOCOL, wire -> wire.frame(RST, 0, 1, CANCEL));
        broken("5.1, idle: a window", PROTOCOL, wire -> wire.frame(WINDOW, 0, 1, number(9)));
        broken(
                "5.1, idle: a piece of a head",
                PROTOCOL,
                wire -> wire.frame(CONTINUATION, HEAD_OVER, 1, wire.get("/")));
        cut(
                "5.1, half closed: data",
                CLOSED,
                wire -> {
                    get(wire, 1);
                    wire.frame(DATA, END, 1, new byte[1]);
                });
        cut(
                "5.1, half closed: a head",
                CLOSED,
                wire -> {
                    get(wire, 1);
                    get(wire, 1);
                });
        cut(
                "5.1, called off: data",
                CLOSED,
                wire -> {
                    post(wire, 1);
                    wire.frame(RST, 0, 1, CANCEL);
                    wire.frame(DATA, END, 1, new byte[1]);
                });
        cut(
                "5.1, called off: a head",
                CLOSED,
                wire -> {
                    post(wire, 1);
                    wire.frame(RST, 0, 1, CANCEL);
                    get(wire, 1);
                });
        broken(
                "5.1, closed: data",
                CLOSED,
                wire -> {
                    get(wire, 1);
                    wire.over(1);
                    wire.frame(DATA, END, 1, new byte[1]);
                });
        broken(
                "5.1, closed: a head",
                CLOSED,
                wire -> {
                    get(wire, 1);
                    wire.over(1);
                    get(wire, 1);
                });
        served(
                "5.1, closed: a window and a reset may be late",
                wire -> {
                    get(wire, 1);
                    wire.over(1);
                    wire.frame(WINDOW, 0, 1, number(9));
                    wire.frame(RST, 0, 1, CANCEL);
                    wire.frame(PRIORITY, 0, 1, new byte[] {0, 0, 0, 0, 9});
                    get(wire, 3);
                },
                3);
        broken("5.1.1: a stream of the server's", PROTOCOL, wire -> get(wire, 2));
        broken(
                "5.1.1: a stream below the newest",
                PROTOCOL,
                wire -> {
                    get(wire, 5);
                    get(wire, 3);
                });
        cut(
                "5.1.2: more streams than allowed",
                REFUSED,
                wire -> {
                    for (int i = 0; i <= Http2Client.STREAMS; i++) {
                        post(wire, 3 + 2 * i);
                    }
                },
                3 + 2 * Http2Client.STREAMS);
        served(
                "6.8: goodbye of the client's; what was begun is answered",
                wire -> {
                    get(wire, 1);
                    wire.frame(GOAWAY, 0, 0, new byte[] {0, 0, 0, 0, 0, 0, 0, 0x7f});
                });
        broken("6.8: goodbye on a stream", PROTOCOL, wire -> wire.frame(GOAWAY, 0, 1, new byte[8]));
    }

    private void settingsAndPings() {
        broken(
                "6.5: an acknowledgement that says more",
                SIZE,
                wire -> wire.frame(SETTINGS, ACK, 0, setting(1, 4_096)));
        broken("6.5: settings of a stream", PROTOCOL, wire -> wire.frame(SETTINGS, 0, 1, NOTHING));
        broken(
                "6.5: settings of another length",
                SIZE,
                wire -> wire.frame(SETTINGS, 0, 0, new byte[3]));
        broken(
                "6.5.2: push neither on nor off",
                PROTOCOL,
                wire -> wire.frame(SETTINGS, 0, 0, setting(2, 2)));
        broken(
                "6.5.2: a window beyond 2^31 - 1",
                FLOW,
                wire -> wire.frame(SETTINGS, 0, 0, setting(4, 0x8000_0000)));
        broken(
                "6.5.2: frames shorter than all must take",
                PROTOCOL,
                wire -> wire.frame(SETTINGS, 0, 0, setting(5, 16_383)));
        broken(
                "6.5.2: frames longer than there can be",
                PROTOCOL,
                wire -> wire.frame(SETTINGS, 0, 0, setting(5, 1 << 24)));
        served(
                "6.5.2: an unknown setting is passed over",
                wire -> {
                    wire.frame(SETTINGS, 0, 0, setting(0xff, 1));
                    get(wire, 1);
                });
        add(
                "6.5.3: settings are acknowledged",
                wire -> {
                    wire.frame(SETTINGS, 0, 0, setting(3, 100));
                    // Those of the greeting, and these.
                    wire.heard(SETTINGS, ACK);
                    wire.heard(SETTINGS, ACK);
                });
        add(
                "6.7: a ping is answered with what it brought",
                wire -> {
                    byte[] mine = {1, 2, 3, 4, 5, 6, 7, 8};
                    wire.frame(PING, 0, 0, mine);
                    assertThat(wire.heard(PING, ACK)).isEqualTo(mine);
                });
        add(
                "6.7: an answer to a ping is not answered",
                wire -> {
                    wire.frame(PING, ACK, 0, new byte[8]);
                    wire.frame(PING, 0, 0, new byte[] {1, 1, 1, 1, 1, 1, 1, 1});
                    assertThat(wire.heard(PING, ACK)).containsOnly(1);
                });
        broken("6.7: a ping of a stream", PROTOCOL, wire -> wire.frame(PING, 0, 1, new byte[8]));
        broken("6.7: a ping of another length", SIZE, wire -> wire.frame(PING, 0, 0, new byte[6]));
    }

    private void windows() {
        broken(
                "6.9: a window of nothing for all",
                PROTOCOL,
                wire -> wire.frame(WINDOW, 0, 0, number(0)));
        cut(
                "6.9: a window of nothing for a stream",
                PROTOCOL,
                wire -> {
                    post(wire, 1);
                    wire.frame(WINDOW, 0, 1, number(0));
                });
        broken(
                "6.9: a window of another length",
                SIZE,
                wire -> wire.frame(WINDOW, 0, 0, new byte[3]));
        broken(
                "6.9.1: a window for all beyond 2^31 - 1",
                FLOW,
                wire -> wire.frame(WINDOW, 0, 0, number(Integer.MAX_VALUE)));
        cut(
                "6.9.1: a window for a stream beyond 2^31 - 1",
                FLOW,
                wire -> {
                    post(wire, 1);
                    wire.frame(WINDOW, 0, 1, number(Integer.MAX_VALUE));
                });
        add(
                "6.9.1: no more is sent than the window lets",
                wire -> {
                    wire.frame(SETTINGS, 0, 0, setting(4, 1));
                    wire.heard(SETTINGS, ACK);
                    wire.heard(SETTINGS, ACK);
                    get(wire, 1);
                    assertThat(wire.body(1, 1)).isEqualTo(new byte[] {'o'});
                    wire.frame(WINDOW, 0, 1, number(1));
                    assertThat(wire.body(1, 2)).isEqualTo(new byte[] {'o', 'k'});
                });
        add(
                "6.9.2: a window below zero is made up for first",
                wire -> {
                    wire.frame(SETTINGS, 0, 0, setting(4, 1));
                    wire.heard(SETTINGS, ACK);
                    wire.heard(SETTINGS, ACK);
                    get(wire, 1);
                    assertThat(wire.body(1, 1)).isEqualTo(new byte[] {'o'});
                    wire.frame(SETTINGS, 0, 0, setting(4, 0));
                    wire.heard(SETTINGS, ACK);
                    // From -1 to 0: nothing may come yet.
                    wire.frame(WINDOW, 0, 1, number(1));
                    wire.frame(PING, 0, 0, new byte[8]);
                    wire.heard(PING, ACK);
                    assertThat(wire.body(1, 1)).isEqualTo(new byte[] {'o'});
                    wire.frame(WINDOW, 0, 1, number(1));
                    assertThat(wire.body(1, 2)).isEqualTo(new byte[] {'o', 'k'});
                });
    }
}
