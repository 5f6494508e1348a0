package io.feiqian.gateway;

import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Answers that a phone may keep for itself and ask for again by their tag (S.gw-2; RFC 9110, 13):
 * where nothing has changed it gets 304 instead of the same bytes once more. The service is asked
 * each time, and so is the guard, so nobody is shown what is old or not his. The tag is a digest of
 * the body: no gateway remembers it, and all of them make the same one. Pure functions.
 */
final class EntityTags {
    /** Of SHA-256; nobody can make two bodies with the same tag. */
    private static final int BYTES = 18;

    private EntityTags() {}

    /** The answer with its tag; without its body where the client has that already. */
    static HttpAnswer answer(HttpQuestion question, HttpAnswer answer) {
        boolean reads = question.verb().equals("GET") || question.verb().equals("HEAD");
        if (!reads || answer.status() != 200) {
            return answer;
        }
        String tag = tag(answer);
        HttpAnswer tagged =
                answer.with("ETag", tag)
                        // On the phone alone, and never shown without asking.
                        .with("Cache-Control", "private, no-cache");
        return isKnown(question.headers().getOrDefault("if-none-match", List.of()), tag)
                ? new HttpAnswer(304, "", "", tagged.headers(), tagged.close())
                : tagged;
    }

    private static String tag(HttpAnswer answer) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(answer.contentType().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(answer.body().getBytes(StandardCharsets.UTF_8));
            return '"'
                    + Base64.getUrlEncoder().encodeToString(Arrays.copyOf(digest.digest(), BYTES))
                    + '"';
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is part of every platform", impossible);
        }
    }

    /** By weak comparison: an answer that was made smaller carries the same tag as a weak one. */
    private static boolean isKnown(List<String> asked, String tag) {
        for (String line : asked) {
            for (String each : line.split(",", -1)) {
                String one = each.strip();
                if (one.equals("*") || one.equals(tag) || one.equals("W/" + tag)) {
                    return true;
                }
            }
        }
        return false;
    }
}
