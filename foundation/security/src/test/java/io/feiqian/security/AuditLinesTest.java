package io.feiqian.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** Whatever somebody makes of a trail's file, reading it takes little memory. */
class AuditLinesTest {
    private static final int MUCH = 4 << 20;

    /** A line without an end, as long as nobody reads too much of it. */
    private static final class Endless extends InputStream {
        private int read;

        @Override
        public int read() throws IOException {
            read++;
            if (read > MUCH) {
                throw new IOException("read on for " + MUCH + " bytes (expected: given up)");
            }
            return 'x';
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            bytes[from] = (byte) read();
            return 1;
        }
    }

    @Test
    void aLineThatNeverEndsIsGivenUpAndIsNoRecord() throws IOException {
        byte[] line = AuditLines.next(new Endless()).orElseThrow();
        assertThat(line.length).isLessThan(MUCH);
        assertThat(AuditLines.parse(line)).isEmpty();
    }
}
