package io.feiqian.iso20022;

/** That a message, or a transaction of one, is refused before anything is tried. */
final class IsoRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * A refusal.
     *
     * @param reason a code of the external list of status reasons, such as AM10
     * @param text what was met and what was expected
     */
    IsoRefusal(String reason, String text) {
        super(text, null, false, false);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    String text() {
        return String.valueOf(getMessage());
    }

    /** That the form of a message is wrong. */
    static IsoRefusal form(String text) {
        return new IsoRefusal("FF01", text);
    }
}
