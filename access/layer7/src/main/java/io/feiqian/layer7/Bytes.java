package io.feiqian.layer7;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes put together, in an array that is used again. Not thread-safe. */
final class Bytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    byte[] array = new byte[4_096];
    int length;

    Bytes clear() {
        length = 0;
        return this;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    Bytes put(byte[] from) {
        return put(from, 0, from.length);
    }

    Bytes put(byte[] from, int start, int end) {
        int many = end - start;
        ensure(many);
        System.arraycopy(from, start, array, length, many);
        length += many;
        return this;
    }

    Bytes put(int c) {
        ensure(1);
        array[length++] = (byte) c;
        return this;
    }

    Bytes text(String text) {
        int many = text.length();
        ensure(many);
        for (int i = 0; i < many; i++) {
            char c = text.charAt(i);
            array[length++] = (byte) (c < 256 ? c : '?');
        }
        return this;
    }

    Bytes number(long value) {
        if (value < 0) {
            put('-');
            return number(-value);
        }
        ensure(20);
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        long rest = value;
        for (int i = length + digits - 1; i >= length; i--) {
            array[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    /** The last digits of a number, with zeros before it. */
    Bytes digits(int value, int many) {
        ensure(many);
        int rest = value;
        for (int i = length + many - 1; i >= length; i--) {
            array[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += many;
        return this;
    }

    Bytes hex(int value) {
        ensure(8);
        int shift = value == 0 ? 0 : (31 - Integer.numberOfLeadingZeros(value)) / 4 * 4;
        for (; shift >= 0; shift -= 4) {
            array[length++] = HEX[(value >>> shift) & 15];
        }
        return this;
    }

    private void ensure(int more) {
        if (length + more > array.length) {
            array = Arrays.copyOf(array, Math.max(length + more, array.length * 2));
        }
    }
}
