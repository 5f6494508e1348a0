package io.feiqian.rpc;

import io.feiqian.governance.TravellingLabel;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the call context is written in a call's metadata. The remaining time is gRPC's own {@code
 * grpc-timeout}, which proxies understand too. Read strictly: what is there must be right, and be
 * there once.
 */
public final class CallHeaders {
    static final Metadata.Key<String> TRACE = ascii("feiqian-trace");
    static final Metadata.Key<String> SUB_NUMBER = ascii("feiqian-sub");
    static final Metadata.Key<String> SLOT = ascii("feiqian-slot");
    static final Metadata.Key<String> EPOCH = ascii("feiqian-epoch");
    static final Metadata.Key<String> GRAY_LABEL = ascii("feiqian-gray");
    static final Metadata.Key<String> TENANT = ascii("feiqian-tenant");
    static final Metadata.Key<String> TRANSACTION = ascii("feiqian-transaction");
    static final Metadata.Key<byte[]> OPERATOR = binary("feiqian-operator-bin");
    static final Metadata.Key<byte[]> REASON = binary("feiqian-reason-bin");
    static final Metadata.Key<String> CALLER = ascii("feiqian-caller");
    static final Metadata.Key<String> TRACEPARENT = ascii("traceparent");
    static final Metadata.Key<String> AUTHORIZATION = ascii("authorization");

    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    /** The most characters of an operator's name. */
    public static final int LONGEST_OPERATOR = 64;

    /** The most characters of a reason. */
    public static final int LONGEST_REASON = 500;

    private CallHeaders() {}

    /** What an operator's call carries, for stubs that are used without {@link CellClients}. */
    public static Metadata ofOperator(String adminToken, String operator, String reason) {
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + adminToken);
        putBytes(headers, OPERATOR, operator);
        putBytes(headers, REASON, reason);
        return headers;
    }

    /** Writes everything but the deadline. */
    static void write(CallContext context, Metadata headers) {
        context.slot().ifPresent(slot -> headers.put(SLOT, slot.toString()));
        context.epoch().ifPresent(epoch -> headers.put(EPOCH, epoch.toString()));
        writeUnrouted(context, headers);
    }

    /**
     * Writes what concerns a service that is no cell, so without slot and epoch.
     *
     * @param caller the service that calls; empty for none
     */
    static void writeForService(CallContext context, String caller, Metadata headers) {
        putText(headers, CALLER, caller);
        writeUnrouted(context, headers);
    }

    private static void writeUnrouted(CallContext context, Metadata headers) {
        context.trace().ifPresent(trace -> headers.put(TRACE, trace.toString()));
        if (context.subNumber().number() != 0) {
            headers.put(SUB_NUMBER, context.subNumber().toString());
        }
        putText(headers, GRAY_LABEL, context.grayLabel());
        putText(headers, TENANT, context.tenant());
        context.globalTransaction()
                .ifPresent(transaction -> headers.put(TRANSACTION, transaction.toString()));
        putBytes(headers, OPERATOR, context.operator());
        putBytes(headers, REASON, context.reason());
    }

    /**
     * Reads the context of a call that must be answered by this deadline.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} or {@link
     *     OutcomeCode#INVALID_TRACE_NUMBER} where a header is not what it should be
     */
    static RequestContext read(Metadata headers, Deadline deadline) {
        return new RequestContext(
                parsed(headers, TRACE, TraceNumber::parse),
                parsed(headers, SUB_NUMBER, text -> new SubNumber(small(SUB_NUMBER, text)))
                        .orElse(SubNumber.OWN),
                parsed(headers, SLOT, text -> new Slot(small(SLOT, text))),
                parsed(headers, EPOCH, text -> new Epoch(number(EPOCH, text))),
                deadline,
                matching(
                        headers,
                        GRAY_LABEL,
                        TravellingLabel::isWellFormed,
                        TravellingLabel.EXPECTED),
                matching(
                        headers,
                        TENANT,
                        LABEL.asMatchPredicate(),
                        "letters, digits and . _ -, at most 64"),
                parsed(headers, TRANSACTION, TraceNumber::parse),
                text(headers, OPERATOR, LONGEST_OPERATOR),
                text(headers, REASON, LONGEST_REASON));
    }

    private static <T> Optional<T> parsed(
            Metadata headers, Metadata.Key<String> key, Function<String, T> parser) {
        return Optional.ofNullable(only(headers, key)).map(parser);
    }

    private static String matching(
            Metadata headers, Metadata.Key<String> key, Predicate<String> form, String expected) {
        String value = only(headers, key);
        if (value != null && !form.test(value)) {
            throw refused(key.name(), expected);
        }
        return value == null ? "" : value;
    }

    private static String text(Metadata headers, Metadata.Key<byte[]> key, int longest) {
        byte[] bytes = only(headers, key);
        if (bytes == null) {
            return "";
        }
        String value = new String(bytes, StandardCharsets.UTF_8);
        if (value.length() > longest || value.chars().anyMatch(Character::isISOControl)) {
            throw refused(key.name(), "at most " + longest + " characters, no control characters");
        }
        return value;
    }

    private static int small(Metadata.Key<String> key, String text) {
        return (int) Math.min(number(key, text), Integer.MAX_VALUE);
    }

    private static long number(Metadata.Key<String> key, String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw refused(key.name(), "a whole number");
        }
        return Long.parseLong(text);
    }

    private static <T> @Nullable T only(Metadata headers, Metadata.Key<T> key) {
        Iterable<T> all = headers.getAll(key);
        if (all == null) {
            return null;
        }
        Iterator<T> values = all.iterator();
        T first = values.next();
        if (values.hasNext()) {
            throw refused(key.name(), "one value, not several");
        }
        return first;
    }

    private static void putText(Metadata headers, Metadata.Key<String> key, String value) {
        if (!value.isEmpty()) {
            headers.put(key, value);
        }
    }

    private static void putBytes(Metadata headers, Metadata.Key<byte[]> key, String value) {
        if (!value.isEmpty()) {
            headers.put(key, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Metadata.Key<String> ascii(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    private static Metadata.Key<byte[]> binary(String name) {
        return Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
    }

    private static RefusedException refused(String header, String expected) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                "header " + header + ": not readable (expected: " + expected + ")");
    }
}
