package io.feiqian.layer7;

import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.Problem;
import io.feiqian.vocabulary.OutcomeCode;

/**
 * Why a message is refused before anybody looks at what it wants: where it ends, or what it says,
 * could be read in two ways.
 *
 * @param status the HTTP status
 * @param code the stable code
 * @param detail what came and what was expected
 */
public record Malformed(int status, OutcomeCode code, String detail) {
    /** A message that cannot be read. */
    static Malformed of(String detail) {
        return new Malformed(400, OutcomeCode.MALFORMED_REQUEST, detail);
    }

    /** The same under another status. */
    static Malformed of(int status, String detail) {
        return new Malformed(status, OutcomeCode.MALFORMED_REQUEST, detail);
    }

    /** What its sender is answered; the connection is closed then. */
    HttpAnswer answer() {
        return Problem.answer(status, code, detail).closing();
    }
}
