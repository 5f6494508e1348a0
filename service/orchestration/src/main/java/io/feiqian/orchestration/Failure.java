package io.feiqian.orchestration;

/**
 * Why steps failed.
 *
 * @param code a service's own code, or one of those below
 * @param message what a person reads; at most {@value #LONGEST_MESSAGE} characters
 * @param step the step; empty where no single one failed
 */
public record Failure(String code, String message, String step) {
    /** How many characters of a message are kept. */
    public static final int LONGEST_MESSAGE = Texts.LONGEST_MESSAGE;

    /** An expression has no value for these variables. */
    public static final String EXPRESSION_FAULT = "EXPRESSION_FAULT";

    /** The condition of a loop still holds after the last iteration that it may have. */
    public static final String LOOP_LIMIT = "LOOP_LIMIT";

    /** The steps of one instance, iterations counted, are more than the limit. */
    public static final String TOO_MANY_STEPS = "TOO_MANY_STEPS";

    /** A variable or an input is larger than the limit. */
    public static final String VALUE_TOO_LARGE = "VALUE_TOO_LARGE";

    /** A service's answer is larger than the limit; its effect is reversed. */
    public static final String OUTPUT_TOO_LARGE = "OUTPUT_TOO_LARGE";

    /** A service's answer is no JSON; its effect is reversed. */
    public static final String OUTPUT_MALFORMED = "OUTPUT_MALFORMED";

    /** No definite answer came, as often as the step allows; it is reversed. */
    public static final String NO_ANSWER = "NO_ANSWER";

    /** Another step that ran at the same time failed. */
    public static final String ABANDONED = "ABANDONED";

    /** An operator had it compensated. */
    public static final String FORCED = "FORCED";

    /** Cleans what came from a service, so that every database can hold it. */
    public Failure {
        code = Texts.kept(code, 60);
        message = Texts.kept(message, LONGEST_MESSAGE);
    }
}
