package io.feiqian.layer7;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SerialNumbers;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Issues and reads flow identifiers. Nine of their digits are a check by a secret key, so that no
 * client chooses its cell by itself; all gateways of a bank have the same keys, and any of them
 * reads what another issued. Thread-safe.
 */
public final class FlowIdentifiers {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final long CHECKS = 1_000_000_000L;

    private final Map<Integer, SecretKeySpec> keys;
    private final int issues;
    private final SerialNumbers serials;

    private FlowIdentifiers(Map<Integer, SecretKeySpec> keys, Clock clock, Randomness randomness) {
        this.keys = keys;
        this.issues = keys.keySet().iterator().next();
        this.serials = new SerialNumbers(clock, randomness);
    }

    /**
     * Identifiers by these keys.
     *
     * @param text lines of a digit and 64 hexadecimal digits; the first line's key issues, all of
     *     them are read
     * @throws IllegalArgumentException where a line is of another form; the message does not show
     *     it
     */
    public static FlowIdentifiers of(String text, Clock clock, Randomness randomness) {
        Map<Integer, SecretKeySpec> keys = new LinkedHashMap<>();
        text.lines()
                .filter(line -> !line.isBlank())
                .forEach(line -> {
                    if (!line.strip().matches("[0-9] [0-9a-f]{" + 2 * KEY_BYTES + "}")) {
                        throw new IllegalArgumentException(
                                "key of flow identifiers: a line (expected: a digit and 64 hex digits)");
                    }
                    int number = line.strip().charAt(0) - '0';
                    byte[] key = HexFormat.of().parseHex(line.strip().substring(2));
                    if (keys.put(number, new SecretKeySpec(key, ALGORITHM)) != null) {
                        throw new IllegalArgumentException(
                                "key of flow identifiers: " + number + " twice (expected: once)");
                    }
                });
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(
                    "key of flow identifiers: none (expected: at least one)");
        }
        return new FlowIdentifiers(keys, clock, randomness);
    }

    /** Identifiers by a key of this process alone, for one gateway without keys of the bank. */
    public static FlowIdentifiers ofOwnKey(Clock clock, Randomness secure) {
        return of(newKey(0, secure), clock, secure);
    }

    /**
     * A line with a key that nobody else has.
     *
     * @param number the key's number, 0 to 9
     */
    public static String newKey(int number, Randomness secure) {
        ByteBuffer key = ByteBuffer.allocate(KEY_BYTES);
        while (key.hasRemaining()) {
            key.putLong(secure.nextLong());
        }
        return number + " " + HexFormat.of().formatHex(key.array());
    }

    /** A new identifier, as text. */
    public String issue(CellId elastic, Optional<CellId> failover) {
        FlowIdentifier fresh = new FlowIdentifier(issues, elastic, failover, serials.next());
        return fresh.body() + check(fresh.body(), key(issues));
    }

    /**
     * Reads one.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} where it is none that was
     *     issued by a key that is known here
     */
    public FlowIdentifier read(String text) {
        if (text.length() != FlowIdentifier.DIGITS
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw refused();
        }
        String body = text.substring(0, FlowIdentifier.DIGITS - FlowIdentifier.CHECK);
        @Nullable SecretKeySpec key = keys.get(body.charAt(0) - '0');
        if (key == null || !isSame(check(body, key), text.substring(body.length()))) {
            throw refused();
        }
        int failover = Integer.parseInt(body, 3, 5, 10);
        return new FlowIdentifier(
                body.charAt(0) - '0',
                new CellId(Integer.parseInt(body, 1, 3, 10)),
                failover == 0 ? Optional.empty() : Optional.of(new CellId(failover)),
                Long.parseLong(body, 5, body.length(), 10));
    }

    private SecretKeySpec key(int number) {
        SecretKeySpec key = keys.get(number);
        if (key == null) {
            throw new IllegalStateException("key " + number + " (expected: a known one)");
        }
        return key;
    }

    private static String check(String body, SecretKeySpec key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            byte[] hash = mac.doFinal(body.getBytes(StandardCharsets.US_ASCII));
            long check = Long.remainderUnsigned(ByteBuffer.wrap(hash).getLong(), CHECKS);
            return "%09d".formatted(check);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(ALGORITHM + " is not there", missing);
        }
    }

    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }

    private static RefusedException refused() {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                "flow identifier (expected: 32 digits as a gateway issued them)");
    }
}
