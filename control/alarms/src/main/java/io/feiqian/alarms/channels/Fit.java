package io.feiqian.alarms.channels;

/**
 * Makes clean text fit a receiver: written as it reads it, cut as it counts.
 *
 * @param markup how it reads
 * @param unit how it counts
 */
record Fit(Markup markup, Unit unit) {
    private static final String ELLIPSIS = "…";

    /**
     * The text, written and cut to {@code most} units; never within what stands for a character.
     */
    String cut(String clean, int most) {
        int room = most - unit.of(ELLIPSIS);
        StringBuilder written = new StringBuilder();
        int used = 0;
        int kept = 0;
        for (int at = 0; at < clean.length(); ) {
            int codePoint = clean.codePointAt(at);
            at += Character.charCount(codePoint);
            String each = markup.write(codePoint);
            used += unit.of(each);
            if (used > most) {
                written.setLength(kept);
                return written.append(ELLIPSIS).toString();
            }
            written.append(each);
            if (used <= room) {
                kept = written.length();
            }
        }
        return written.toString();
    }
}
