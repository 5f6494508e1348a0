package io.feiqian.participant;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;

/**
 * A message between two services as a protocol carries it.
 *
 * @param path what it asks for: one of the paths of {@link SignedEndpoint}
 * @param signature by a key of the bank, of the path, the service that it is meant for and the body
 * @param body lines of text
 */
public record SignedMessage(String path, String signature, String body) {
    /** What comes before the body: a path and a signature are shorter. */
    public static final int LONGEST_HEAD = 256;

    /** What is signed: the path, whom it is meant for, and the body. */
    static String signed(String path, String service, String body) {
        return path + "\n" + service + "\n" + body;
    }

    static SignedMessage of(String path, String service, String body, ContextKeys keys) {
        return new SignedMessage(path, keys.sign(signed(path, service, body)), body);
    }

    boolean isSignedFor(String service, ContextKeys keys) {
        return keys.verifies(signed(path, service, body), signature);
    }

    /** The whole as one text, for protocols that carry one: path, signature, body. */
    public String text() {
        return path + "\n" + signature + "\n" + body;
    }

    /**
     * The message that was written as this text.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST}
     */
    public static SignedMessage read(String text) {
        int path = text.indexOf('\n');
        int signature = text.indexOf('\n', path + 1);
        if (path < 0 || signature < 0 || signature > LONGEST_HEAD) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "message: of %d characters and another form (expected: path, signature, body)"
                            .formatted(text.length()));
        }
        return new SignedMessage(
                text.substring(0, path),
                text.substring(path + 1, signature),
                text.substring(signature + 1));
    }

    /**
     * An answer's text: its signature, which binds it to the request that it answers, and the body.
     */
    String answer(String answered, ContextKeys keys) {
        return keys.sign(answerSigned(answered)) + "\n" + answered;
    }

    /**
     * The body of an answer.
     *
     * @throws RefusedException with {@link OutcomeCode#FORGED_CONTEXT} where no key of the bank
     *     signed it as the answer to this very message
     */
    String readAnswer(String text, ContextKeys keys) {
        int end = text.indexOf('\n');
        String body = text.substring(end + 1);
        if (end < 0 || !keys.verifies(answerSigned(body), text.substring(0, end))) {
            throw new RefusedException(
                    OutcomeCode.FORGED_CONTEXT,
                    "answer: not signed for this request with a key that is known here (expected:"
                            + " one of "
                            + keys
                            + ")");
        }
        return body;
    }

    private String answerSigned(String body) {
        return "answer\n" + signature + "\n" + body;
    }
}
