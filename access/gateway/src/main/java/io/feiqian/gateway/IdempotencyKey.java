package io.feiqian.gateway;

import io.feiqian.proxy.HttpQuestion;
import io.feiqian.routing.SlotRule;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A client's own name for a change, which it repeats when it repeats the request. It stands for a
 * trace number that anybody computes alike at any time: from the key, the caller and the slot that
 * pays, and from nothing that a gateway knows, is configured with or could forget (decision 0051).
 * So the cell recognises repetitions, and gateways keep nothing.
 *
 * <p>The day of the trace number stands in the key, for a key without one would be another trace
 * number after midnight.
 *
 * @param text the key, in the one form that all spellings of it have
 * @param day the day in it
 */
record IdempotencyKey(String text, BusinessDate day) {
    /** The header, in lower case. */
    static final String HEADER = "idempotency-key";

    /**
     * The channel of all trace numbers that keys stand for; never another, or keys would change.
     */
    static final int CHANNEL = 998;

    private static final String EXPECTED =
            " (expected: a UUID of version 7, or the day as yyyymmdd, a hyphen and up to 200 letters,"
                    + " digits and . _ : -; the day keeps a repetition after midnight the same)";
    private static final Pattern UUID =
            Pattern.compile(
                    "[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern DATED = Pattern.compile("([0-9]{8})-[A-Za-z0-9._:-]{1,200}");
    private static final BigInteger SERIALS = BigInteger.TEN.pow(18);
    private static final long LAST_MILLIS = 253_402_300_799_999L;

    /**
     * The key of a request; empty where it has none.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} where it is none that
     *     could be recognised
     */
    static Optional<IdempotencyKey> of(HttpQuestion question) {
        if (question.isRepeated(HEADER)) {
            throw refused("twice");
        }
        return question.header(HEADER).map(IdempotencyKey::parse);
    }

    /** Reads a key, with or without the quotes of a structured header. */
    static IdempotencyKey parse(String header) {
        String text = header.strip();
        if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
            text = text.substring(1, text.length() - 1);
        }
        String lower = text.toLowerCase(Locale.ROOT);
        var uuid = UUID.matcher(lower);
        if (uuid.matches()) {
            if (!uuid.group(1).equals("7")) {
                throw refused("a UUID of version " + uuid.group(1) + ", which has no day in it");
            }
            String millis = lower.substring(0, 8) + lower.substring(9, 13);
            return new IdempotencyKey(lower, day(Long.parseLong(millis, 16)));
        }
        var dated = DATED.matcher(text);
        if (!dated.matches()) {
            throw refused("\"" + FieldValues.shortened(text) + "\"");
        }
        try {
            return new IdempotencyKey(text, BusinessDate.parse(dated.group(1)));
        } catch (RefusedException noDay) {
            throw refused("\"" + FieldValues.shortened(text) + "\"");
        }
    }

    /** The trace number that this caller's key stands for where this slot pays. */
    TraceNumber traceNumber(String caller, Slot home) {
        BigInteger serial = new BigInteger(1, digest(caller)).mod(SERIALS);
        return TraceNumber.of(day, home, CHANNEL, serial.longValueExact());
    }

    /** Where something new is at home that belongs nowhere yet. */
    Slot slot(String caller) {
        return SlotRule.hash().slot(caller + '\n' + text);
    }

    /** The length before the name, so that no other pair of name and key is the same text. */
    private byte[] digest(String caller) {
        String whole = "idempotency-key 1\n" + caller.length() + '\n' + caller + '\n' + text;
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(whole.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java has SHA-256", missing);
        }
    }

    private static BusinessDate day(long millis) {
        if (millis > LAST_MILLIS) {
            throw refused("a time after the year 9999");
        }
        return new BusinessDate(LocalDate.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC));
    }

    private static RefusedException refused(String what) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST, "Idempotency-Key: " + what + EXPECTED);
    }
}
