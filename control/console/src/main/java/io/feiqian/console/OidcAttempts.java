package io.feiqian.console;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Sign-ins that were begun here and are at the provider now, for at most ten minutes; of more than
 * 10,000 the oldest are forgotten. Each can be taken up once. Thread-safe.
 */
final class OidcAttempts {
    /** How long somebody may take at the provider. */
    static final Duration LONGEST = Duration.ofMinutes(10);

    private static final int MOST = 10_000;

    /**
     * One sign-in.
     *
     * @param state goes to the provider and comes back with the browser
     * @param browser what the browser that began it shows, and no address does
     * @param nonce goes to the provider and comes back in the ID token
     * @param verifier what only this console knows, so that nobody else can use the code (PKCE)
     * @param session the session that the browser had before; empty where it had none
     * @param sinceNanos when it was begun, by the clock for durations
     */
    record Attempt(
            String state,
            String browser,
            String nonce,
            String verifier,
            String session,
            long sinceNanos) {
        /** What the provider is told of the verifier: its SHA-256. */
        String challenge() {
            try {
                return text(
                        MessageDigest.getInstance("SHA-256")
                                .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException("every Java has SHA-256", impossible);
            }
        }

        @Override
        public String toString() {
            return "a sign-in";
        }
    }

    private final Clock clock;
    private final Randomness random;
    private final Map<String, Attempt> byState =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Attempt> eldest) {
                    return size() > MOST;
                }
            };

    OidcAttempts(Clock clock, Randomness random) {
        this.clock = clock;
        this.random = random;
    }

    /** Begins one in a browser that has this session. */
    synchronized Attempt begin(String session) {
        byState.values().removeIf(this::isOver);
        Attempt made = new Attempt(secret(), secret(), secret(), secret(), session, clock.nanos());
        byState.put(made.state(), made);
        return made;
    }

    /** Takes up the one of this state; empty where there is none, or another browser began it. */
    synchronized Optional<Attempt> take(String state, String browser) {
        return Optional.ofNullable(byState.remove(state))
                .filter(it -> !isOver(it))
                .filter(it ->
                        MessageDigest.isEqual(
                                it.browser().getBytes(StandardCharsets.UTF_8),
                                browser.getBytes(StandardCharsets.UTF_8)));
    }

    private boolean isOver(Attempt attempt) {
        return clock.nanos() - attempt.sinceNanos() > LONGEST.toNanos();
    }

    /** 256 bits that nobody can guess. */
    private String secret() {
        ByteBuffer bytes = ByteBuffer.allocate(32);
        while (bytes.hasRemaining()) {
            bytes.putLong(random.nextLong());
        }
        return text(bytes.array());
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
