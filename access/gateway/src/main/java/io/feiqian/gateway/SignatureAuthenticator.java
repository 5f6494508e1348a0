package io.feiqian.gateway;

import com.google.protobuf.ByteString;
import io.feiqian.configuration.Secret;
import io.feiqian.proxy.AuthenticatorConfig.SignatureProof;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Knows callers by a signature with a secret that they share with the bank: HMAC-SHA256 over the
 * {@link #canonical} form of the request, once for each nonce, within a window of time.
 * Thread-safe.
 */
final class SignatureAuthenticator implements Authenticator {
    static final String SCHEME = "Feiqian-HMAC-SHA256";

    private static final String FORM =
            "Authorization: " + SCHEME + " caller=…, time=…, nonce=…, signature=…";
    private static final int LONGEST = 1_000;
    private static final Pattern TIME = Pattern.compile("[0-9]{1,11}");
    private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9_-]{16,64}");
    private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{64}");

    /** For callers who are not known, so that their requests take as long. */
    private static final Secret NOBODY = Secret.of("0".repeat(64));

    private final SignatureProof config;
    private final Nonces nonces;
    private final Clock clock;

    SignatureAuthenticator(SignatureProof config, Nonces nonces, Clock clock) {
        this.config = config;
        this.nonces = nonces;
        this.clock = clock;
    }

    @Override
    public Shown look(HttpQuestion question, Client client) {
        String shown = question.header("authorization").orElse("");
        if (!shown.regionMatches(true, 0, SCHEME + " ", 0, SCHEME.length() + 1)) {
            return NOTHING;
        }
        Map<String, String> parts = parts(shown.substring(SCHEME.length() + 1));
        String caller = parts.getOrDefault("caller", "");
        String time = parts.getOrDefault("time", "");
        String nonce = parts.getOrDefault("nonce", "");
        String signature = parts.getOrDefault("signature", "");
        if (shown.length() > LONGEST
                || parts.size() != 4
                || caller.isEmpty()
                || !TIME.matcher(time).matches()
                || !NONCE.matcher(nonce).matches()
                || !SIGNATURE.matcher(signature).matches()) {
            return Authenticator.wrong(
                    "signature: unreadable (expected: %s, with seconds since 1970, 16 to 64 letters and"
                                    .formatted(FORM)
                            + " digits, and 64 digits in lower hexadecimal)");
        }
        if (question.isRepeated(IdempotencyKey.HEADER)) {
            return Authenticator.wrong("Idempotency-Key: twice (expected: at most once)");
        }
        return judge(question, caller, Instant.ofEpochSecond(Long.parseLong(time)), nonce, parts);
    }

    private Shown judge(
            HttpQuestion question,
            String caller,
            Instant signed,
            String nonce,
            Map<String, String> parts) {
        Instant now = clock.now();
        Duration off = Duration.between(signed, now).abs();
        if (off.compareTo(config.window()) > 0) {
            return Authenticator.wrong(
                    "time: %d s off (expected: within %d s of the bank's clock)"
                            .formatted(off.toSeconds(), config.window().toSeconds()));
        }
        if (!matches(question, caller, parts)) {
            return Authenticator.wrong(
                    "signature: does not match (expected: HMAC-SHA256 over method, path, query, time,"
                            + " nonce, Idempotency-Key and the SHA-256 of the body)");
        }
        if (!nonces.reachesBackTo(signed)) {
            return Authenticator.wrong(
                    "time: before this gateway began (expected: a request that is signed anew)");
        }
        return switch (nonces.take(caller, nonce, signed, now, config.window(), config.nonces())) {
            case FRESH ->
                    new Shown.Known(
                            new Caller(
                                    caller, config.channels().getOrDefault(caller, ""), Set.of()));
            case USED -> Authenticator.wrong("nonce: used before (expected: a new one each time)");
            case FULL ->
                    new Shown.Wrong(
                            OutcomeCode.OVERLOADED,
                            "more signed requests than can be remembered; try again");
        };
    }

    private boolean matches(HttpQuestion question, String caller, Map<String, String> parts) {
        Optional<Secret> secret = Optional.ofNullable(config.keys().get(caller));
        byte[] right =
                hmac(
                        secret.orElse(NOBODY),
                        canonical(
                                question,
                                parts.getOrDefault("time", ""),
                                parts.getOrDefault("nonce", "")));
        byte[] shown = HexFormat.of().parseHex(parts.getOrDefault("signature", ""));
        return MessageDigest.isEqual(right, shown) && secret.isPresent();
    }

    /**
     * What is signed: seven lines, each but the last with a line feed behind it. Path and query as
     * they are sent, the query without its question mark; what there is not is an empty line.
     */
    static String canonical(HttpQuestion question, String time, String nonce) {
        return String.join(
                "\n",
                question.verb(),
                question.path(),
                question.query(),
                time,
                nonce,
                question.header(IdempotencyKey.HEADER).orElse(""),
                sha256(question.body()));
    }

    static byte[] hmac(Secret secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(
                    new SecretKeySpec(
                            secret.reveal().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java has HMAC-SHA256", missing);
        }
    }

    private static String sha256(ByteString body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            body.asReadOnlyByteBufferList().forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java has SHA-256", missing);
        }
    }

    /** Empty where a part stands twice or is none. */
    private static Map<String, String> parts(String text) {
        Map<String, String> parts = new HashMap<>();
        for (String each : text.split(",", 5)) {
            int equals = each.indexOf('=');
            if (equals < 1
                    || parts.put(
                                    each.substring(0, equals).strip(),
                                    each.substring(equals + 1).strip())
                            != null) {
                return Map.of();
            }
        }
        return parts;
    }

    @Override
    public String expected() {
        return FORM;
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public boolean wantsBody() {
        return true;
    }
}
