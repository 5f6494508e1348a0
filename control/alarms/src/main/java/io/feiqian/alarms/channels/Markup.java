package io.feiqian.alarms.channels;

/** How text is written for a receiver that would take some characters for more than text. */
enum Markup {
    /** The receiver takes text for text. */
    NONE,
    /**
     * Slack, which reads {@code <…>} as a mention or a link. Those made like it read {@code @all}
     * too, so the sign is replaced by its wide form.
     */
    SLACK,
    /**
     * The robots' markdown. What they take for an escape is nowhere written down, so the signs that
     * could begin a mention, a link, a tag or an entity are replaced by their wide forms, which
     * read the same. Underscores stay: names of metrics are full of them, and all they can do is
     * slant.
     */
    MARKDOWN;

    /** One character, as it has to be written. */
    String write(int codePoint) {
        return switch (this) {
            case NONE -> Character.toString(codePoint);
            case SLACK ->
                    switch (codePoint) {
                        case '&' -> "&amp;";
                        case '<' -> "&lt;";
                        case '>' -> "&gt;";
                        case '@' -> wide(codePoint);
                        default -> Character.toString(codePoint);
                    };
            case MARKDOWN ->
                    switch (codePoint) {
                        case '&', '<', '>', '@', '[', ']', '*', '`', '\\' -> wide(codePoint);
                        default -> Character.toString(codePoint);
                    };
        };
    }

    /** ASCII has a wide twin of each visible character, in the same order. */
    private static String wide(int ascii) {
        return Character.toString(ascii - '!' + 0xFF01);
    }
}
