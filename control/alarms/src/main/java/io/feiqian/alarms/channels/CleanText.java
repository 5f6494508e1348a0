package io.feiqian.alarms.channels;

/**
 * Text from elsewhere without what is not text: control characters, invisible ones that turn or
 * hide what follows, halves of characters. A line break becomes a space or stays one; so whatever
 * is escaped afterwards is what a reader sees.
 */
final class CleanText {
    /** Characters that are looked at; no channel tells more. */
    private static final int MOST = 20_000;

    private CleanText() {}

    /** Without line breaks. */
    static String line(String text) {
        return clean(text, ' ').strip();
    }

    /** With line breaks, each a single {@code \n}. */
    static String lines(String text) {
        return clean(text, '\n').strip();
    }

    private static String clean(String text, char lineBreak) {
        StringBuilder clean = new StringBuilder(Math.min(text.length(), MOST));
        text.replace("\r\n", "\n")
                .codePoints()
                .limit(MOST)
                .forEach(each -> {
                    if (isBreak(each)) {
                        clean.append(lineBreak);
                    } else if (each == '\t') {
                        clean.append(' ');
                    } else if (isText(each)) {
                        clean.appendCodePoint(each);
                    }
                });
        return clean.toString();
    }

    private static boolean isBreak(int each) {
        return switch (each) {
            case '\n', '\r', 0x0B, 0x0C, 0x85, 0x2028, 0x2029 -> true;
            default -> false;
        };
    }

    private static boolean isText(int each) {
        return switch (Character.getType(each)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE -> false;
            // What will never be a character; what is not one yet may be one at the receiver's.
            case Character.UNASSIGNED ->
                    (each & 0xFFFE) != 0xFFFE && (each < 0xFDD0 || each > 0xFDEF);
            default -> true;
        };
    }
}
