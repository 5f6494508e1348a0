package io.feiqian.proxy;

/** Characters of UTF-8 as RFC 3629 has them: none longer than needed, no surrogates. */
final class Utf8 {
    private Utf8() {}

    /**
     * The place behind the character beyond ASCII that begins here; -1 where none does.
     *
     * @param to where the bytes end
     */
    static int after(byte[] in, int at, int to) {
        int first = in[at] & 0xff;
        int second = at + 1 < to ? in[at + 1] & 0xff : 0;
        if (first >= 0xc2 && first <= 0xdf) {
            return isMore(second) ? at + 2 : -1;
        }
        if (first >= 0xe0 && first <= 0xef) {
            boolean tooLong = first == 0xe0 && second < 0xa0;
            boolean surrogate = first == 0xed && second > 0x9f;
            return isMore(second) && !tooLong && !surrogate && isMore(in, at + 2, to) ? at + 3 : -1;
        }
        if (first >= 0xf0 && first <= 0xf4) {
            boolean tooLong = first == 0xf0 && second < 0x90;
            boolean tooLarge = first == 0xf4 && second > 0x8f;
            boolean whole = isMore(second) && isMore(in, at + 2, to) && isMore(in, at + 3, to);
            return whole && !tooLong && !tooLarge ? at + 4 : -1;
        }
        return -1;
    }

    private static boolean isMore(byte[] in, int at, int to) {
        return at < to && isMore(in[at] & 0xff);
    }

    private static boolean isMore(int next) {
        return next >= 0x80 && next <= 0xbf;
    }
}
