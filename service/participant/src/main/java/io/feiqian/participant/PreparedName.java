package io.feiqian.participant;

import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The global id of a prepared transaction. It says everything that must be known of the branch,
 * since the branch's row is inside the prepared transaction and cannot be seen (xa-gid).
 *
 * @param key the branch, whose trace number names the home slot
 * @param initiator who is asked
 * @param digest the branch's digest
 * @param businessDate the day it posts under, as a number
 * @param decideBy milliseconds since 1970 from when on the initiator is asked
 */
record PreparedName(BranchKey key, String initiator, long digest, int businessDate, long decideBy) {
    /** What all begin with. */
    static final String PREFIX = "feiqian:";

    private static final Pattern FORM =
            Pattern.compile(
                    "feiqian:(\\d{33}):(\\d{1,9}):(\\d{1,2}):(\\d{8}):(\\d{1,18}):([0-9a-f]{16}):(.+)");

    /** The id as the database knows it; nothing in it needs quoting. */
    String text() {
        return "%s%s:%d:%d:%08d:%d:%016x:%s"
                .formatted(
                        PREFIX,
                        key.trace(),
                        key.attempt(),
                        key.branch(),
                        businessDate,
                        decideBy,
                        digest,
                        initiator);
    }

    /** The id read back; empty where it is somebody else's. */
    static Optional<PreparedName> parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        BranchKey key =
                new BranchKey(
                        TraceNumber.parse(parts.group(1)),
                        Integer.parseInt(parts.group(2)),
                        Integer.parseInt(parts.group(3)));
        return Optional.of(
                new PreparedName(
                        key,
                        parts.group(7),
                        Long.parseUnsignedLong(parts.group(6), 16),
                        Integer.parseInt(parts.group(4)),
                        Long.parseLong(parts.group(5))));
    }
}
