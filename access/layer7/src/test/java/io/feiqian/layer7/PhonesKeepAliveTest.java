package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.Requirement;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Phones that rest, that ask whether anybody is there, and that come back from another place. */
@Requirement("S.gw-2")
@Timeout(60)
@SuppressWarnings({"StringConcatToTextBlock", "AddressSelection"}) // Line ends matter; here only.
class PhonesKeepAliveTest {
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int ACK = 1;

    private final Shop one = new Shop("one");
    private final Shop two = new Shop("two");

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    @Test
    void aPingIsAnsweredWhileItRestsAndARestingConnectionIsNotHeldByPingsForEver()
            throws IOException {
        try (Http2Door door = Http2Door.of("\"timeouts\": {\"idle\": \"1s\"}", "", "", one.port());
                Socket phone = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
            phone.getOutputStream()
                    .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            phone.getOutputStream().write(frame(4, 0, new byte[0]));
            DataInputStream in = new DataInputStream(phone.getInputStream());
            int asked = 0;
            int answered = 0;
            for (int type = 0; type != GOAWAY; ) {
                try {
                    phone.setSoTimeout(50);
                    int first = in.readUnsignedByte();
                    phone.setSoTimeout(20_000);
                    int length = first << 16 | in.readUnsignedShort();
                    type = in.readUnsignedByte();
                    int flags = in.readUnsignedByte();
                    in.readInt();
                    byte[] payload = in.readNBytes(length);
                    if (type == PING) {
                        assertThat(flags).isEqualTo(ACK);
                        assertThat(payload).isEqualTo(mark(answered++));
                    }
                } catch (SocketTimeoutException quiet) {
                    assertThat(asked).as("pings and still there").isLessThan(200);
                    phone.getOutputStream().write(frame(PING, 0, mark(asked++)));
                }
            }
            assertThat(answered).isGreaterThan(3);
        }
    }

    private static byte[] mark(int number) {
        return new byte[] {1, 2, 3, 4, 5, 6, 7, (byte) number};
    }

    private static byte[] frame(int type, int flags, byte[] payload) {
        byte[] all = new byte[9 + payload.length];
        all[2] = (byte) payload.length;
        all[3] = (byte) type;
        all[4] = (byte) flags;
        System.arraycopy(payload, 0, all, 9, payload.length);
        return all;
    }

    @Test
    void aPhoneThatComesFromAnotherAddressStaysWhereItsSessionIs() throws IOException {
        try (Http2Door door =
                Http2Door.of("", "\"sticky\": {\"by\": \"COOKIE\"}", "", one.port(), two.port())) {
            Wire.Message first = ask(door.port(), "127.0.0.1", "");
            String cookie = first.field("set-cookie").replaceAll(";.*", "");
            assertThat(cookie).startsWith("FEIQIAN_BACKEND=");

            Set<String> said = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                Wire.Message next =
                        ask(door.port(), "127.0.0." + (2 + i), "Cookie: " + cookie + "\r\n");
                assertThat(next.fields()).doesNotContainKey("set-cookie");
                said.add(next.body());
            }
            assertThat(said).containsExactly(first.body());
        }
    }

    private static Wire.Message ask(int port, String from, String more) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        try (Wire wire = new Wire(socket)) {
            return wire.send("GET / HTTP/1.1\r\nHost: bank\r\n" + more + "\r\n").read();
        }
    }
}
