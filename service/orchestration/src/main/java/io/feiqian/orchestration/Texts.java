package io.feiqian.orchestration;

/** How foreign text is shown and kept: short, and such that every database can hold it. */
final class Texts {
    private static final int LONGEST_SHOWN = 60;

    /** How many characters of a message are kept in a row. */
    static final int LONGEST_MESSAGE = 400;

    private Texts() {}

    /** Quoted and short. */
    static String shown(String text) {
        return '"' + kept(text, LONGEST_SHOWN) + '"';
    }

    /** At most so many characters, without control characters and halves of characters. */
    static String kept(String text, int most) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .limit(most)
                .forEach(each -> {
                    boolean bad =
                            Character.isISOControl(each)
                                    || (Character.isBmpCodePoint(each)
                                            && Character.isSurrogate((char) each));
                    clean.appendCodePoint(bad ? '?' : each);
                });
        return clean.toString();
    }
}
