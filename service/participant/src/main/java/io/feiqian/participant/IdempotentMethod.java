package io.feiqian.participant;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A method marked as {@link Idempotent}, read once: where its numbers are, what the rest of its
 * arguments come to, and how its answer is recorded. For those who put themselves before such a
 * method: {@link Once#answering}, and frameworks. Immutable.
 */
public final class IdempotentMethod {
    private final Method method;
    private final String name;
    private final Duration within;
    private final int trace;
    private final int sub;
    private final Map<Integer, ValueForm> arguments;
    private final ValueForm answer;

    private IdempotentMethod(
            Method method,
            String name,
            Duration within,
            int trace,
            int sub,
            Map<Integer, ValueForm> arguments,
            ValueForm answer) {
        this.method = method;
        this.name = name;
        this.within = within;
        this.trace = trace;
        this.sub = sub;
        this.arguments = arguments;
        this.answer = answer;
    }

    /** The method's own work, on the connection whose commit records its answer. */
    @FunctionalInterface
    public interface Work {
        /** Runs it; what it throws is thrown on, and nothing of it remains. */
        @Nullable Object run(Connection connection) throws Throwable;
    }

    /**
     * The marked method.
     *
     * @throws IllegalArgumentException where it is not marked, has no trace number, or takes or
     *     answers what cannot be recorded
     */
    public static IdempotentMethod of(Method method) {
        Idempotent mark = method.getAnnotation(Idempotent.class);
        if (mark == null) {
            throw new IllegalArgumentException("method: " + method + " (expected: @Idempotent)");
        }
        int trace = only(method, TraceNumber.class);
        int sub = only(method, SubNumber.class);
        if (trace < 0) {
            throw new IllegalArgumentException(
                    "method: " + method + " (expected: a TraceNumber among its arguments)");
        }
        Map<Integer, ValueForm> arguments = new LinkedHashMap<>();
        Type[] types = method.getGenericParameterTypes();
        for (int i = 0; i < types.length; i++) {
            if (i != trace && i != sub) {
                arguments.put(i, form("argument " + i + " of " + method, types[i]));
            }
        }
        return new IdempotentMethod(
                method,
                ServiceName.checked("@Idempotent", mark.value()),
                within(method, mark.within()),
                trace,
                sub,
                arguments,
                form("answer of " + method, method.getGenericReturnType()));
    }

    /** The name under which its requests are told apart from those of other methods. */
    public String name() {
        return name;
    }

    /**
     * Answers a call: by its work, or by what is recorded under its numbers.
     *
     * @param values the call's arguments
     * @throws RefusedException where the work refused, now or at the first call, or the numbers
     *     were used for something else
     * @throws UnknownOutcomeException where the commit's answer was lost
     * @throws Throwable what else the work threw; nothing of it remains
     */
    public @Nullable Object answer(Once once, @Nullable Object[] values, Work work)
            throws Throwable {
        TraceNumber traceNumber = (TraceNumber) given(values, trace);
        SubNumber subNumber = sub < 0 ? SubNumber.OWN : (SubNumber) given(values, sub);
        BranchAnswer answered;
        try {
            answered =
                    once.answer(
                            traceNumber,
                            subNumber,
                            request(values),
                            within,
                            connection -> run(work, connection));
        } catch (Thrown thrown) {
            throw thrown.passedOn();
        }
        if (answered.outcome() instanceof Outcome.Refused refused) {
            throw new RefusedException(refused.code(), refused.message());
        }
        if (!answered.isAccepted()) {
            throw new UnknownOutcomeException(answered.outcome().message());
        }
        return answer.read(answered.answer().bytes());
    }

    /** The name and every argument that is no number of the key, each with its length. */
    private Content request(@Nullable Object[] values) {
        byte[][] parts = new byte[arguments.size() + 1][];
        parts[0] = ValueForm.text(name);
        int next = 1;
        for (Map.Entry<Integer, ValueForm> each : arguments.entrySet()) {
            parts[next++] = each.getValue().write(given(values, each.getKey()));
        }
        return Content.of(ValueForm.framed(Arrays.asList(parts)));
    }

    private Content run(Work work, Connection connection) throws SQLException {
        try {
            return Content.of(answer.write(work.run(connection)));
        } catch (SQLException | RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable failed) {
            throw new Thrown(failed);
        }
    }

    private Object given(@Nullable Object[] values, int index) {
        Object value = values[index];
        if (value == null) {
            throw new RefusedException(
                    OutcomeCode.MISSING_FIELD,
                    "%s: argument %d is absent (expected: a value; Optional where none may be)"
                            .formatted(name, index));
        }
        return value;
    }

    private static int only(Method method, Class<?> type) {
        int found = -1;
        Class<?>[] types = method.getParameterTypes();
        for (int i = 0; i < types.length; i++) {
            if (types[i] == type && found >= 0) {
                throw new IllegalArgumentException(
                        "method: %s (expected: one %s)".formatted(method, type.getSimpleName()));
            }
            found = types[i] == type ? i : found;
        }
        return found;
    }

    private static ValueForm form(String what, Type type) {
        try {
            return ValueForm.of(type);
        } catch (IllegalArgumentException unfit) {
            throw new IllegalArgumentException(what + ": " + unfit.getMessage(), unfit);
        }
    }

    private static Duration within(Method method, String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException wrong) {
            throw new IllegalArgumentException(
                    "method: %s within %s (expected: a duration such as PT10S)"
                            .formatted(method, text),
                    wrong);
        }
    }

    @Override
    public String toString() {
        return name + " (" + method + ")";
    }

    /** Carries a checked exception past those who do not declare it. */
    private static final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final Throwable passedOn;

        Thrown(Throwable passedOn) {
            super(passedOn);
            this.passedOn = passedOn;
        }

        Throwable passedOn() {
            return passedOn;
        }
    }
}
