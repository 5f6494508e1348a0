package io.feiqian.participant;

import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header by which a call over any protocol takes part in a global transaction: one text of
 * letters, digits and {@code ;:.-_}, signed, so that a service which it reaches can trust that a
 * service of the bank sent it. A service outside the platform joins by passing it on. Row:
 * P6.3.2-b.
 *
 * <p>Form: {@code 1;trace;attempt;branch;initiator;date;remaining ms;digest;key:signature}. The
 * deadline travels as remaining time (decide-by). Whoever repeats a header repeats a try, which is
 * answered as before; so a header needs no protection from being repeated.
 */
public final class ContextHeader {
    /** The header's name in HTTP, Dubbo and messages; the key of gRPC metadata. */
    public static final String NAME = "feiqian-transaction";

    private static final int LONGEST = 300;

    private static final Pattern FORM =
            Pattern.compile(
                    "1;(\\d{33});(\\d{1,9});(\\d{1,2});([A-Za-z0-9._-]{1,40});(\\d{8})"
                            + ";(\\d{1,9});([0-9a-f]{16})");

    private ContextHeader() {}

    /** The header's value for a call. */
    public static String write(BranchContext context, ContextKeys keys) {
        String text =
                "1;%s;%d;%d;%s;%08d;%d;%016x"
                        .formatted(
                                context.key().trace(),
                                context.key().attempt(),
                                context.key().branch(),
                                context.initiator(),
                                context.businessDate().number(),
                                Math.max(0, Math.min(context.remaining().toMillis(), 999_999_999)),
                                context.digest());
        return text + ";" + keys.sign(text);
    }

    /**
     * The context of a call that carries this value.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_CONTEXT}, {@link
     *     OutcomeCode#FORGED_CONTEXT} or {@link OutcomeCode#DEADLINE_EXPIRED}
     */
    public static BranchContext read(String value, ContextKeys keys) {
        int end = value.lastIndexOf(';');
        Matcher parts = FORM.matcher(value.substring(0, Math.max(end, 0)));
        if (value.length() > LONGEST || !parts.matches()) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_CONTEXT,
                    "%s: of %d characters and another form (expected: 1;trace;attempt;branch;"
                                    .formatted(NAME, value.length())
                            + "initiator;date;remaining;digest;key:signature)");
        }
        if (!keys.verifies(value.substring(0, end), value.substring(end + 1))) {
            throw new RefusedException(
                    OutcomeCode.FORGED_CONTEXT,
                    NAME
                            + ": not signed with a key that is known here (expected: one of "
                            + keys
                            + ")");
        }
        BranchContext context;
        try {
            context = context(parts);
        } catch (IllegalArgumentException | RefusedException wrong) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_CONTEXT, NAME + ": " + wrong.getMessage(), wrong);
        }
        if (context.remaining().isZero()) {
            throw new RefusedException(
                    OutcomeCode.DEADLINE_EXPIRED,
                    NAME + ": no time left (expected: a call before its deadline)");
        }
        return context;
    }

    private static BranchContext context(Matcher parts) {
        return new BranchContext(
                new BranchKey(
                        TraceNumber.parse(parts.group(1)),
                        Integer.parseInt(parts.group(2)),
                        Integer.parseInt(parts.group(3))),
                parts.group(4),
                Long.parseUnsignedLong(parts.group(7), 16),
                BusinessDate.ofNumber(Integer.parseInt(parts.group(5))),
                Duration.ofMillis(Long.parseLong(parts.group(6))));
    }
}
