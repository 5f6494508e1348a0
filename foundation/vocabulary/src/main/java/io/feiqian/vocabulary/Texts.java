package io.feiqian.vocabulary;

import java.nio.charset.StandardCharsets;

/** How values are written: numbers with leading zeros, foreign text quoted and short. */
final class Texts {
    private static final int LONGEST = 60;

    private Texts() {}

    /** The number with leading zeros; formatting by a pattern costs twenty times as much. */
    static String padded(long number, int digits) {
        byte[] text = new byte[digits];
        pad(text, 0, digits, number);
        return new String(text, StandardCharsets.US_ASCII);
    }

    /** Two numbers with leading zeros, one after the other. */
    static String padded(long first, int firstDigits, long second, int secondDigits) {
        byte[] text = new byte[firstDigits + secondDigits];
        pad(text, 0, firstDigits, first);
        pad(text, firstDigits, secondDigits, second);
        return new String(text, StandardCharsets.US_ASCII);
    }

    private static void pad(byte[] text, int from, int digits, long number) {
        long rest = number;
        for (int at = from + digits - 1; at >= from; at--) {
            text[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** Quoted, at most 60 characters, without control characters. */
    static String quoted(String text) {
        String shown = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
        StringBuilder clean = new StringBuilder("\"");
        shown.chars().forEach(c -> clean.append(Character.isISOControl(c) ? '?' : (char) c));
        return clean.append('"').toString();
    }
}
