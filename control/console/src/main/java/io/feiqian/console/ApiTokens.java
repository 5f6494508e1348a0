package io.feiqian.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.feiqian.cli.Json;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.Secrets;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The API tokens of all users, in a file that only its owner can read, read anew for each question
 * as {@link Users} are: what one console revokes, another refuses at once. Thread-safe, also
 * between processes.
 */
final class ApiTokens {
    /** How long a token lasts where its user does not say. */
    static final int USUAL_DAYS = 90;

    private static final String FILE = "console-tokens";
    private static final String PREFIX = "fqt_";
    private static final Pattern TOKEN = Pattern.compile(PREFIX + "[0-9a-f]{64}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,31}");
    private static final int MOST_DAYS = 365;
    private static final int MOST_OF_A_USER = 20;
    private static final int MOST = 1_000;

    private final Secrets secrets;
    private final Randomness random;
    private final Clock clock;

    ApiTokens(Secrets secrets, Randomness random, Clock clock) {
        this.secrets = secrets;
        this.random = random;
        this.clock = clock;
    }

    /** A user's tokens that have not expired, the newest first. */
    List<ApiToken> of(String user) {
        return read().stream()
                .filter(each -> each.user().equals(user) && !isOver(each))
                .sorted(Comparator.comparingLong(ApiToken::createdMillis).reversed())
                .toList();
    }

    /** What is kept of a token that is shown; empty where it is none, was revoked or expired. */
    Optional<ApiToken> find(String shown) {
        if (!TOKEN.matcher(shown).matches()) {
            return Optional.empty();
        }
        byte[] hash = hash(shown).getBytes(StandardCharsets.US_ASCII);
        return read().stream()
                .filter(each ->
                        MessageDigest.isEqual(
                                hash, each.hash().getBytes(StandardCharsets.US_ASCII)))
                .filter(each -> !isOver(each))
                .findFirst();
    }

    /** Refuses a token that {@link #make} would not make. */
    void requirePossible(String user, String name, long days) {
        if (!NAME.matcher(name).matches()) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "name: (expected: 1 to 32 small letters, digits, points and hyphens)");
        }
        if (days < 1 || days > MOST_DAYS) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "days: %d (expected: 1 to %d)".formatted(days, MOST_DAYS));
        }
        List<ApiToken> own = of(user);
        if (own.stream().anyMatch(each -> each.name().equals(name))) {
            throw new RefusedException(
                    OutcomeCode.ALREADY_EXISTS, "token: " + name + " (expected: a new name)");
        }
        if (own.size() >= MOST_OF_A_USER || read().size() >= MOST) {
            throw new RefusedException(
                    OutcomeCode.OVERLOADED,
                    "tokens: too many (expected: fewer than %d of a user and %d of all)"
                            .formatted(MOST_OF_A_USER, MOST));
        }
    }

    /**
     * Makes a token.
     *
     * @return the token, which is kept nowhere
     */
    String make(String user, String name, long days) {
        String token = PREFIX + secret();
        change(all -> {
            requirePossible(user, name, days);
            long now = clock.now().toEpochMilli();
            all.removeIf(this::isOver);
            return all.add(
                    new ApiToken(
                            user,
                            name,
                            hash(token),
                            token.substring(token.length() - 4),
                            now,
                            now + TimeUnit.DAYS.toMillis(days)));
        });
        return token;
    }

    /** Revokes a user's token; from now on it is refused. */
    void revoke(String user, String name) {
        change(all -> {
            if (!all.removeIf(each -> each.user().equals(user) && each.name().equals(name))) {
                throw new RefusedException(
                        OutcomeCode.INVALID_TEXT, "token: unknown (expected: one of your own)");
            }
            return true;
        });
    }

    /** Revokes all of a user's tokens, such as where somebody else may know the password. */
    void revokeAll(String user) {
        change(all -> all.removeIf(each -> each.user().equals(user)));
    }

    /** Writes what a change left, where it says that there was one. */
    private void change(Predicate<List<ApiToken>> change) {
        var _ =
                secrets.alone(
                        FILE,
                        () -> {
                            List<ApiToken> all = new ArrayList<>(read());
                            boolean changed = change.test(all);
                            if (changed) {
                                write(all);
                            }
                            return changed;
                        });
    }

    private boolean isOver(ApiToken token) {
        return token.expiresMillis() <= clock.now().toEpochMilli();
    }

    private String secret() {
        StringBuilder text = new StringBuilder(64);
        for (int i = 0; i < 4; i++) {
            text.append("%016x".formatted(random.nextLong()));
        }
        return text.toString();
    }

    private static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    private List<ApiToken> read() {
        try {
            return List.of(
                    Json.MAPPER.readValue(secrets.find(FILE).orElse("[]"), ApiToken[].class));
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(
                    "the file " + secrets.file(FILE) + " cannot be read (expected: tokens)");
        }
    }

    private void write(List<ApiToken> all) {
        secrets.replace(FILE, Json.write(all));
    }
}
