package io.feiqian.alarms.channels;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names of mails, made of what they tell, so that repeating one repeats its name. */
final class MailIds {
    private MailIds() {}

    /**
     * The Message-ID. With when it began: servers drop a mail whose name they have seen, which must
     * not befall the same thing in another week.
     */
    static String of(Notice notice, Notice.Kind kind, String from) {
        String what = String.join("\n", notice.key(), kind.name(), notice.since().toString());
        return "<%s@%s>".formatted(digest(what), from.substring(from.indexOf('@') + 1));
    }

    /** 32 hexadecimal digits that stand for a text of any length and kind. */
    static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
