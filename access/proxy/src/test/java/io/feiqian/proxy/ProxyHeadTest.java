package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Headers of the PROXY protocol, good ones and others. */
class ProxyHeadTest {
    private static final InetSocketAddress FOUR = new InetSocketAddress("192.0.2.7", 5_000);
    private static final InetSocketAddress TO = new InetSocketAddress("198.51.100.1", 443);
    private static final InetSocketAddress SIX = new InetSocketAddress("2001:db8::7", 5_000);
    private static final InetSocketAddress TO_SIX = new InetSocketAddress("2001:db8::1", 443);

    @Test
    void whatIsWrittenIsReadAndNoByteLess() {
        for (var version : new PoolConfig.ProxyVersion[] {v1(), PoolConfig.ProxyVersion.V2}) {
            for (var pair : new InetSocketAddress[][] {{FOUR, TO}, {SIX, TO_SIX}}) {
                byte[] bytes = ProxyHead.write(version, pair[0], pair[1]);
                for (int i = 0; i < bytes.length; i++) {
                    assertThat(read(Arrays.copyOf(bytes, i)))
                            .isInstanceOf(ProxyHead.Read.More.class);
                }
                byte[] more = Arrays.copyOf(bytes, bytes.length + 10);
                var whole = (ProxyHead.Read.Whole) read(more);
                assertThat(whole.length()).isEqualTo(bytes.length);
                assertThat(whole.head().source()).contains(pair[0]);
                assertThat(whole.head().destination()).contains(pair[1]);
            }
        }
    }

    @Test
    void whatIsNoHeaderIsNone() {
        for (String each :
                new String[] {
                    "GET / HTTP/1.1\r\n",
                    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n",
                    "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
                    "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n",
                    "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n",
                    "PROXY TCP4 1.2.3.256 5.6.7.8 1 2\r\n",
                    "PROXY TCP4 ::1 ::2 1 2\r\n",
                    "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n",
                    "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
                    "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n",
                    "PROXY " + "x".repeat(200),
                }) {
            assertThat(read(each.getBytes(StandardCharsets.ISO_8859_1)))
                    .as(each)
                    .isInstanceOf(ProxyHead.Read.Wrong.class);
        }
    }

    @Test
    void bytesAtRandomNeverDoHarm() {
        Random random = new Random(20_261_123);
        byte[][] good = {
            ProxyHead.write(v1(), FOUR, TO),
            ProxyHead.write(PoolConfig.ProxyVersion.V2, SIX, TO_SIX),
            ProxyHead.local()
        };
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = good[random.nextInt(good.length)].clone();
            for (int j = random.nextInt(4); j >= 0; j--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
            ProxyHead.Read found = read(bytes);
            if (found instanceof ProxyHead.Read.Whole whole) {
                assertThat(whole.length()).isLessThanOrEqualTo(bytes.length);
            }
        }
    }

    private static PoolConfig.ProxyVersion v1() {
        return PoolConfig.ProxyVersion.V1;
    }

    private static ProxyHead.Read read(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        ProxyHead.Read found = ProxyHead.read(in);
        assertThat(in.readerIndex()).isZero();
        return found;
    }
}
