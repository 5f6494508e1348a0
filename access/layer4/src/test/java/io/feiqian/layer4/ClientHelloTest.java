package io.feiqian.layer4;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.proxy.ServerNameConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/** The name in TLS hellos, as the JDK makes them and as attackers would. */
class ClientHelloTest {
    @Test
    void theNameIsFoundInPiecesAndInManyRecords() throws Exception {
        byte[] hello = hello("Shop.Example.com");
        for (byte[] form : new byte[][] {hello, inRecords(hello, 7), inRecords(hello, 100)}) {
            for (int i = 0; i < form.length; i++) {
                assertThat(read(Arrays.copyOf(form, i))).isInstanceOf(ClientHello.Read.More.class);
            }
            assertThat(read(form))
                    .isEqualTo(new ClientHello.Read.Whole(Optional.of("shop.example.com")));
        }
    }

    @Test
    void aHelloWithoutANameNamesNobodyAndOthersAreNone() throws Exception {
        assertThat(read(hello(""))).isEqualTo(new ClientHello.Read.Whole(Optional.empty()));
        assertThat(
                        read(
                                "GET / HTTP/1.1\r\n\r\n"
                                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .isInstanceOf(ClientHello.Read.Wrong.class);
    }

    @Test
    void bytesAtRandomNeverDoHarm() throws Exception {
        Random random = new Random(20_261_123);
        byte[] hello = hello("shop.example.com");
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = hello.clone();
            for (int j = random.nextInt(5); j >= 0; j--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            ClientHello.Read found = read(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            if (found instanceof ClientHello.Read.Whole(var name)) {
                assertThat(name.orElse("x")).matches("[a-z0-9_.-]+");
            }
        }
    }

    @Test
    void theWholeNameCountsBeforeWildcardsAndTheLongerBeforeTheShorter() {
        ServerNames names =
                new ServerNames(
                        List.of(
                                new ServerNameConfig(List.of("*.example.com"), "all"),
                                new ServerNameConfig(List.of("*.eu.example.com"), "eu"),
                                new ServerNameConfig(List.of("Pay.example.com"), "pay")));
        assertThat(names.pool("pay.example.com")).contains("pay");
        assertThat(names.pool("a.example.com")).contains("all");
        assertThat(names.pool("a.b.example.com")).contains("all");
        assertThat(names.pool("a.eu.example.com")).contains("eu");
        assertThat(names.pool("example.com")).isEmpty();
        assertThat(names.pool("badexample.com")).isEmpty();
    }

    static byte[] hello(String name) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        if (!name.isEmpty()) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            engine.setSSLParameters(parameters);
        }
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        var _ = engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] inRecords(byte[] hello, int size) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int at = 5; at < hello.length; at += size) {
            int length = Math.min(size, hello.length - at);
            all.writeBytes(new byte[] {22, 3, 1, 0, (byte) length});
            all.write(hello, at, length);
        }
        return all.toByteArray();
    }

    private static ClientHello.Read read(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        ClientHello.Read found = ClientHello.read(in);
        assertThat(in.readerIndex()).isZero();
        return found;
    }
}
