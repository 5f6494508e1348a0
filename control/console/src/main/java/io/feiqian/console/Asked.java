package io.feiqian.console;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Optional;

/** What a known user asks for, on a page or through the API; used by one thread. */
interface Asked {
    /** The longest text of a form, an address or a JSON document. */
    int LONGEST_FIELD = 2_000;

    /** Who asks. */
    User user();

    /** What the user may do at this moment. */
    Rights rights();

    /** The cells that the user may see at this moment. */
    Cells cells();

    /** The name of the API token that was shown; empty on a page. */
    Optional<String> tokenName();

    /** The language to answer in. */
    Texts texts();

    /** A part of the path. */
    String part(String name);

    /** What the address asks for; empty where it does not say. */
    String query(String name);

    /** What the form or the document says, without spaces around it; empty where it does not. */
    String field(String name);

    /** Everything that the form or the document says under this name, at most 100. */
    List<String> fields(String name);

    /** The number that the address asks for; this one where it says none. */
    default long queryNumber(String name, long otherwise) {
        String text = query(name).strip();
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,12}")) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "%s: not a number (expected: 0 or more)".formatted(name));
        }
        return Long.parseLong(text);
    }

    /** The same text, refused where the books could not hold it. */
    static String bounded(String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, "%s: a NUL (expected: none)".formatted(name));
        }
        if (text.length() > LONGEST_FIELD) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "%s: %d characters (expected: at most %d)"
                            .formatted(name, text.length(), LONGEST_FIELD));
        }
        return text;
    }
}
