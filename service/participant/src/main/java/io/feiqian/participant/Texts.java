package io.feiqian.participant;

/** Texts as columns hold them. */
final class Texts {
    private static final int LONGEST = 500;

    private Texts() {}

    /** The text without what a column refuses, and no longer than one takes (no-poison). */
    static String fit(String text) {
        String plain = text.replace('\0', '?');
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST);
    }
}
