package io.feiqian.alarms;

/**
 * What was seen of an object within a rule's window.
 *
 * @param object which, such as a process
 * @param present whether anything was heard of it within the window
 * @param value its value; without meaning where nothing was heard
 * @param text what people should know besides; empty for nothing
 */
record Seen(String object, boolean present, double value, String text) {
    private static final int LONGEST_OBJECT = 300;
    private static final int LONGEST_TEXT = 1_000;

    Seen {
        object = cut(object, LONGEST_OBJECT);
        text = cut(text, LONGEST_TEXT);
    }

    static Seen of(String object, double value) {
        return new Seen(object, true, value, "");
    }

    static Seen nothing(String object) {
        return new Seen(object, false, 0, "");
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most - 1) + "…";
    }
}
