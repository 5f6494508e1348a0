package io.feiqian.observatory;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Clock;
import io.feiqian.storage.TemporaryDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a sender meets on one connection, which it keeps until it is told that it is closed. */
@Timeout(60)
class SenderConnectionTest {
    private static final String OTLP = "content-type: application/x-protobuf\r\n";
    private static final String ZIPPED = OTLP + "content-encoding: gzip\r\n";

    private static final String LENGTH = "content-length: ";

    @Test
    void whoIsRefusedHearsWhyAndGoesOnOnTheSameConnection() throws Exception {
        byte[] noise = new byte[64 * 1024];
        new Random(7).nextBytes(noise);
        byte[] torn = zipped(noise);
        torn[torn.length / 2] ^= 1;
        try (TemporaryDatabase database = TemporaryDatabase.create();
                Observatory observatory = open(database);
                Socket connection =
                        new Socket(InetAddress.getLoopbackAddress(), observatory.port())) {
            assertThat(post(connection, OTLP, new byte[] {1, 2, 3})).isEqualTo(400);
            assertThat(post(connection, ZIPPED, noise)).as("not compressed").isEqualTo(400);
            assertThat(post(connection, ZIPPED, torn)).as("damaged").isEqualTo(400);
            assertThat(post(connection, "content-type: text/plain\r\n", noise)).isEqualTo(415);
            assertThat(post(connection, OTLP, new byte[20 << 20])).as("long").isEqualTo(413);
            assertThat(post(connection, ZIPPED, zipped(new byte[20 << 20])))
                    .as("long once it is read")
                    .isEqualTo(413);
            assertThat(post(connection, OTLP, new byte[0])).isEqualTo(200);
            assertThat(post(connection, ZIPPED, zipped(new byte[0]))).isEqualTo(200);
        }
    }

    private static Observatory open(TemporaryDatabase database) {
        return Observatory.start(
                new ObservatoryConfig(
                        "127.0.0.1", 0, database.config(), 64L << 20, Duration.ofDays(7)),
                Clock.system(),
                new SimpleMeterRegistry());
    }

    /** The status of the answer, which is read to its end. */
    private static int post(Socket connection, String headers, byte[] body) throws IOException {
        OutputStream out = connection.getOutputStream();
        String head =
                "POST %s HTTP/1.1\r\nhost: localhost\r\n%s%s%d\r\n\r\n"
                        .formatted(Observatory.TRACES, headers, LENGTH, body.length);
        out.write(head.getBytes(US_ASCII));
        out.write(body);
        out.flush();
        // Nothing comes behind an answer before the next request, so nothing is read too far.
        InputStream in = new BufferedInputStream(connection.getInputStream());
        int status = Integer.parseInt(line(in).substring("HTTP/1.1 ".length()).substring(0, 3));
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            assertThat(header).isNotEqualToIgnoringCase("connection: close");
            if (header.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
                length = Integer.parseInt(header.substring(LENGTH.length()));
            }
        }
        assertThat(in.readNBytes(length)).hasSize(length);
        return status;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            assertThat(next).as("the connection ends here").isNotNegative();
            line.write(next);
        }
        return line.toString(US_ASCII).strip();
    }

    private static byte[] zipped(byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(body);
        }
        return out.toByteArray();
    }
}
