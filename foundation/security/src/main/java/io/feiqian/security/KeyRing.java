package io.feiqian.security;

import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of personal data: numbered ones for encryption, the newest in use and the older ones for
 * reading, and one for search keys that never changes. Immutable; kept as a secret file of lines
 * {@code <number> <64 hexadecimal digits>} and {@code search <64 hexadecimal digits>}.
 */
public final class KeyRing {
    /** The name of the secret file. */
    public static final String SECRET = "personal-data-keys";

    private static final String SEARCH = "search";
    private static final int KEY_BYTES = 32;

    private final SortedMap<Integer, SecretKey> keys;
    private final SecretKey search;

    private KeyRing(SortedMap<Integer, SecretKey> keys, SecretKey search) {
        this.keys = keys;
        this.search = search;
    }

    /** The keys of these secrets, made where there are none. */
    public static KeyRing obtain(Secrets secrets) {
        Optional<String> found = secrets.find(SECRET);
        if (found.isPresent()) {
            return parse(found.get());
        }
        String made = "1 " + secrets.randomHex() + "\n" + SEARCH + " " + secrets.randomHex();
        return parse(secrets.create(SECRET, made));
    }

    /** Adds a newer encryption key; what older ones encrypted stays readable. */
    public static KeyRing rotate(Secrets secrets) {
        int next = obtain(secrets).newest() + 1;
        String text = secrets.find(SECRET).orElseThrow();
        secrets.replace(SECRET, next + " " + secrets.randomHex() + "\n" + text);
        return obtain(secrets);
    }

    /** The number of the key in use. */
    public int newest() {
        return keys.lastKey();
    }

    /** The key with this number, where it is known. */
    Optional<SecretKey> key(int number) {
        return Optional.ofNullable(keys.get(number));
    }

    /** The key of search keys. */
    SecretKey search() {
        return search;
    }

    /** Nothing of the keys. */
    @Override
    public String toString() {
        return "keys " + keys.keySet();
    }

    private static KeyRing parse(String text) {
        Map<String, byte[]> lines = new TreeMap<>();
        text.lines().filter(line -> !line.isBlank()).forEach(line -> read(line, lines));
        byte[] search = lines.remove(SEARCH);
        SortedMap<Integer, SecretKey> keys = new TreeMap<>();
        lines.forEach(
                (number, key) -> keys.put(Integer.parseInt(number), new SecretKeySpec(key, "AES")));
        if (search == null || keys.isEmpty()) {
            throw new IllegalStateException(
                    "secret "
                            + SECRET
                            + ": incomplete (expected: a numbered key and a search key)");
        }
        return new KeyRing(keys, new SecretKeySpec(search, "HmacSHA256"));
    }

    private static void read(String line, Map<String, byte[]> lines) {
        int space = line.indexOf(' ');
        String name = line.substring(0, Math.max(space, 0));
        String hex = line.substring(space + 1).strip();
        boolean known = name.equals(SEARCH) || name.matches("[1-9][0-9]{0,8}");
        if (!known || !hex.matches("[0-9a-f]{" + 2 * KEY_BYTES + "}")) {
            // The line is a secret, so the message does not show it.
            throw new IllegalStateException(
                    "secret " + SECRET + ": a line of another form (expected: number and key)");
        }
        lines.put(name, HexFormat.of().parseHex(hex));
    }
}
