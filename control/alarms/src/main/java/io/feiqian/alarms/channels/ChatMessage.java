package io.feiqian.alarms.channels;

/**
 * A notice as a message in a chat: the title, what was found, since when, where to look.
 *
 * @param fit how the chat reads and counts
 * @param most how long a message it takes
 * @param heading what makes a line a heading
 * @param separator what ends a line
 * @param named whether a link can have a name
 */
record ChatMessage(Fit fit, int most, String heading, String separator, boolean named) {
    /**
     * Slack takes 40,000 characters, and breaks what has more than 4,000 into several messages; a
     * link is found in plain text.
     */
    static final ChatMessage SLACK =
            new ChatMessage(new Fit(Markup.SLACK, Unit.UTF16), 4_000, "", "\n", false);

    /** DingTalk takes requests of 20,000 bytes; the rest of one is below 2,000. */
    static final ChatMessage DINGTALK =
            new ChatMessage(new Fit(Markup.MARKDOWN, Unit.JSON), 18_000, "### ", "\n\n", true);

    /** WeCom takes 4,096 bytes of content. */
    static final ChatMessage WECOM =
            new ChatMessage(new Fit(Markup.MARKDOWN, Unit.UTF8), 4_096, "### ", "\n", true);

    /** Longer than any: its parts are bounded. */
    private static final int TITLE = 1_000;

    /**
     * The message. What was found stands behind a word of ours: at the beginning of a line it could
     * be a heading, a quotation or a list.
     */
    String of(Notice notice) {
        String head = heading + title(notice, TITLE) + separator;
        String tail = separator + facts(notice) + link(notice);
        String lead = "What: ";
        int room = most - fit.unit().of(head + lead + tail);
        return head + lead + fit.cut(CleanText.line(notice.text()), room) + tail;
    }

    String title(Notice notice, int longest) {
        return fit.cut(Wording.title(notice), longest);
    }

    /** The product's name is in each message, as a keyword that a robot may ask for. */
    private String facts(Notice notice) {
        return "Feiqian: %s since %s%s%s at %s"
                .formatted(
                        notice.severity(),
                        Wording.time(notice.since()),
                        separator,
                        notice.kind(),
                        Wording.time(notice.at()));
    }

    private String link(Notice notice) {
        String link = Wording.link(notice);
        if (link.isEmpty()) {
            return "";
        }
        return separator + (named ? "[Console](" + link + ")" : link.replace("&", "&amp;"));
    }
}
