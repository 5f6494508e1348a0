package io.feiqian.alarms.channels;

/** Names of mails, made of what they tell, so that repeating one repeats its name. */
final class MailIds {
    private MailIds() {}

    /**
     * The Message-ID. With when it began: servers drop a mail whose name they have seen, which must
     * not befall the same thing in another week.
     */
    static String of(Notice notice, Notice.Kind kind, String from) {
        String what = String.join("\n", notice.key(), kind.name(), notice.since().toString());
        return "<%s@%s>".formatted(Digest.of(what), from.substring(from.indexOf('@') + 1));
    }
}
