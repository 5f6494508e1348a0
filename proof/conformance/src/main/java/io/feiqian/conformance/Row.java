package io.feiqian.conformance;

/**
 * One requirement of a source document, with what the project says of it.
 *
 * @param id the requirement's id; its first letter names the source
 * @param level must, should, may
 * @param capability what part of the system it concerns
 * @param requirement what is required, in short
 * @param verdict what the project says
 * @param evidence where to look: test names, a command, a page, a reason; empty only while open
 */
public record Row(
        String id,
        String level,
        String capability,
        String requirement,
        Verdict verdict,
        String evidence) {

    /** Refuses a verdict without evidence. */
    public Row {
        if (verdict != Verdict.OPEN && evidence.isBlank()) {
            throw new IllegalArgumentException(
                    "requirement %s: verdict %s without evidence".formatted(id, verdict.word()));
        }
    }

    /**
     * Whether this row lies under a prefix that ends at a boundary: {@code D7.1} covers {@code
     * D7.1-a} and {@code D7.1.2}, not {@code D7.10}.
     */
    public boolean isUnder(String prefix) {
        if (!id.startsWith(prefix)) {
            return false;
        }
        if (id.length() == prefix.length()) {
            return true;
        }
        char last = prefix.charAt(prefix.length() - 1);
        char next = id.charAt(prefix.length());
        return !(Character.isDigit(last) && Character.isDigit(next));
    }
}
