package io.feiqian.gateway;

import io.feiqian.proxy.HttpQuestion;
import io.feiqian.rpc.CallHeaders;
import io.feiqian.security.AdminToken;
import io.feiqian.security.ChangeOrder;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** The headers by which an operator asks: the admin token, who it is, and why. */
final class OperatorHeaders {
    private static final String BEARER = "Bearer ";
    private static final Pattern ENCODED = Pattern.compile("([^%]|%[0-9A-Fa-f]{2})*");

    private OperatorHeaders() {}

    /**
     * Refuses a question without the admin token.
     *
     * @throws RefusedException with UNAUTHENTICATED
     */
    static void requireToken(HttpQuestion question, Optional<AdminToken> token) {
        String shown = question.header("authorization").orElse("");
        boolean known =
                shown.startsWith(BEARER)
                        && token.filter(real -> real.matches(shown.substring(BEARER.length())))
                                .isPresent();
        if (!known) {
            throw new RefusedException(
                    OutcomeCode.UNAUTHENTICATED,
                    "Authorization: missing or wrong (expected: Bearer and the admin token)");
        }
    }

    /**
     * Who asks and why.
     *
     * @throws RefusedException where either is missing or too long
     */
    static ChangeOrder order(HttpQuestion question) {
        return ChangeOrder.of(
                text(question, "feiqian-operator", CallHeaders.LONGEST_OPERATOR),
                text(question, "feiqian-reason", CallHeaders.LONGEST_REASON));
    }

    /** A text in a header; percent-encoded UTF-8 where it is more than ASCII. */
    private static String text(HttpQuestion question, String header, int longest) {
        String value = question.header(header).orElse("");
        String text =
                ENCODED.matcher(value).matches()
                        ? URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8)
                        : value;
        if (text.length() > longest || question.isRepeated(header)) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "%s: %d characters (expected: at most %d, once)"
                            .formatted(header, text.length(), longest));
        }
        return text;
    }
}
