package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A branch key as the tables and the messages of the database write it. */
final class BranchText {
    private static final Pattern KEY = Pattern.compile("\\b(\\d{33})/(\\d{1,9})/(\\d{1,2})\\b");

    private BranchText() {}

    static String of(BranchKey key) {
        return key.toString();
    }

    /** The first key in a text. */
    static Optional<BranchKey> find(String text) {
        Matcher found = KEY.matcher(text);
        return found.find()
                ? Optional.of(
                        new BranchKey(
                                TraceNumber.parse(found.group(1)),
                                Integer.parseInt(found.group(2)),
                                Integer.parseInt(found.group(3))))
                : Optional.empty();
    }
}
