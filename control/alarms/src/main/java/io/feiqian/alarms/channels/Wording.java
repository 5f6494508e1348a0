package io.feiqian.alarms.channels;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** What every channel says of a notice, as clean text that no markup is in yet. */
final class Wording {
    private static final Fit NAMES = new Fit(Markup.NONE, Unit.UTF16);
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_LINK = 500;

    private Wording() {}

    /** {@code [CRITICAL] rule: object}. */
    static String title(Notice notice) {
        String object = object(notice);
        return "[%s] %s%s"
                .formatted(word(notice), rule(notice), object.isEmpty() ? "" : ": " + object);
    }

    static String rule(Notice notice) {
        return NAMES.cut(CleanText.line(notice.rule()), LONGEST_NAME);
    }

    static String object(Notice notice) {
        return NAMES.cut(CleanText.line(notice.object()), LONGEST_NAME);
    }

    /** To the second: nobody reads more. */
    static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /**
     * The link, where it is one that can be followed and stands in any markup as it is; else empty.
     */
    static String link(Notice notice) {
        try {
            URI link = new URI(notice.link());
            String scheme =
                    link.getScheme() == null ? "" : link.getScheme().toLowerCase(Locale.ROOT);
            boolean good =
                    (scheme.equals("http") || scheme.equals("https")) && link.getHost() != null;
            // Legal in a URL, and the end of one in markdown; a mention's sign in others.
            String safe =
                    link.toASCIIString()
                            .replace("(", "%28")
                            .replace(")", "%29")
                            .replace("*", "%2A")
                            .replace("@", "%40");
            return good && safe.length() <= LONGEST_LINK ? safe : "";
        } catch (URISyntaxException none) {
            return "";
        }
    }

    /** What a reader has to see first: how urgent it is, or that it is not. */
    private static String word(Notice notice) {
        return switch (notice.kind()) {
            case RAISED -> notice.severity().name();
            case ENDED, TEST -> notice.kind().name();
        };
    }
}
