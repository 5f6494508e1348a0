package io.feiqian.vocabulary;

/** How foreign text is shown in a message: quoted, shortened, without control characters. */
final class Texts {
    private static final int LONGEST = 60;

    private Texts() {}

    static String quoted(String text) {
        String shown = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
        StringBuilder clean = new StringBuilder("\"");
        shown.chars().forEach(c -> clean.append(Character.isISOControl(c) ? '?' : (char) c));
        return clean.append('"').toString();
    }
}
