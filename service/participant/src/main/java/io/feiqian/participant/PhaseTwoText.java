package io.feiqian.participant;

import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * The messages of phase two as text, a line each, fields divided by one space; what may hold
 * anything is in Base64. Bounded: a body that is longer than its reader allows is not read.
 */
final class PhaseTwoText {
    private static final int MOST_LINES = 1_024;

    /** What an order takes beside its content, its names being at most 40 characters each. */
    private static final int LONGEST_HEAD = 256;

    /** What is read whatever the settings are: senders divide what is longer than that. */
    static final int USUAL_BODY = 16 * 1024 * 1024;

    /** Reports of as many lines as there may be, with messages as long as they may be. */
    static final int LONGEST_ANSWER = 4 * 1024 * 1024;

    private PhaseTwoText() {}

    /** The longest body of a sender with these settings: the usual one, or one long order. */
    static int longestBody(TransactionSettings settings) {
        return (int) Math.max(USUAL_BODY, Math.min(length(settings.mostContent()), 1 << 30));
    }

    /** The orders in as few bodies as are no longer than that; one order is never divided. */
    static List<List<FinishOrder>> parts(List<FinishOrder> orders, int longest) {
        List<List<FinishOrder>> parts = new ArrayList<>();
        List<FinishOrder> part = new ArrayList<>();
        long length = 0;
        for (FinishOrder each : orders) {
            long more = length(each.content().size());
            if (!part.isEmpty() && (length + more > longest || part.size() == MOST_LINES)) {
                parts.add(part);
                part = new ArrayList<>();
                length = 0;
            }
            part.add(each);
            length += more;
        }
        parts.add(part);
        return parts;
    }

    private static long length(int content) {
        return LONGEST_HEAD + (content + 2L) / 3 * 4;
    }

    static String orders(List<FinishOrder> orders) {
        StringBuilder text = new StringBuilder(160 * orders.size());
        for (FinishOrder each : orders) {
            text.append(each.verb().name().toLowerCase(Locale.ROOT));
            key(text.append(' '), each.key());
            text.append(' ').append(each.initiator());
            text.append(' ').append(Long.toHexString(each.digest()));
            text.append(' ').append(each.businessDate().number());
            text.append(' ').append(each.action().isEmpty() ? "-" : each.action());
            text.append(' ').append(base64(each.content().bytes())).append('\n');
        }
        return text.toString();
    }

    static List<FinishOrder> readOrders(String text) {
        return lines(text).stream().map(PhaseTwoText::order).toList();
    }

    static String reports(List<FinishReport> reports) {
        StringBuilder text = new StringBuilder(64 * reports.size());
        for (FinishReport each : reports) {
            key(text, each.key());
            text.append(' ').append(each.outcome().code().number()).append(' ');
            String message = Texts.fit(each.outcome().message());
            text.append(base64(message.getBytes(StandardCharsets.UTF_8)));
            text.append('\n');
        }
        return text.toString();
    }

    static List<FinishReport> readReports(String text) {
        return lines(text).stream().map(PhaseTwoText::report).toList();
    }

    static String inquiry(Inquiry inquiry) {
        StringBuilder text = new StringBuilder(80);
        key(text, inquiry.key());
        return text.append(' ').append(Long.toHexString(inquiry.digest())).toString();
    }

    static Inquiry readInquiry(String text) {
        String[] fields = fields(text, 4);
        try {
            return new Inquiry(key(fields, 0), Long.parseUnsignedLong(fields[3], 16));
        } catch (IllegalArgumentException wrong) {
            throw malformed(String.valueOf(wrong.getMessage()));
        }
    }

    static Verdict readVerdict(String text) {
        for (Verdict each : Verdict.values()) {
            if (each.name().equals(text)) {
                return each;
            }
        }
        throw malformed("a verdict of " + text.length() + " characters");
    }

    private static FinishOrder order(String line) {
        String[] fields = fields(line, 9);
        try {
            return new FinishOrder(
                    Verb.valueOf(fields[0].toUpperCase(Locale.ROOT)),
                    key(fields, 1),
                    ServiceName.checked("initiator", fields[4]),
                    Long.parseUnsignedLong(fields[5], 16),
                    BusinessDate.ofNumber(Integer.parseInt(fields[6])),
                    fields[7].equals("-") ? "" : ServiceName.checked("action", fields[7]),
                    Content.of(bytes(fields[8])));
        } catch (IllegalArgumentException wrong) {
            throw malformed(String.valueOf(wrong.getMessage()));
        }
    }

    private static FinishReport report(String line) {
        String[] fields = fields(line, 5);
        try {
            OutcomeCode code = OutcomeCode.ofNumber(Integer.parseInt(fields[3]));
            String message = new String(bytes(fields[4]), StandardCharsets.UTF_8);
            return new FinishReport(key(fields, 0), Outcome.of(code, message));
        } catch (IllegalArgumentException wrong) {
            throw malformed(String.valueOf(wrong.getMessage()));
        }
    }

    private static void key(StringBuilder text, BranchKey key) {
        text.append(key.trace()).append(' ').append(key.attempt()).append(' ').append(key.branch());
    }

    private static BranchKey key(String[] fields, int first) {
        return new BranchKey(
                TraceNumber.parse(fields[first]),
                Integer.parseInt(fields[first + 1]),
                Integer.parseInt(fields[first + 2]));
    }

    /** A lone hyphen stands for nothing, so that no field is empty. */
    private static String base64(byte[] bytes) {
        return bytes.length == 0 ? "-" : Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(String field) {
        return field.equals("-") ? new byte[0] : Base64.getDecoder().decode(field);
    }

    private static List<String> lines(String text) {
        List<String> lines = text.lines().limit(MOST_LINES + 1L).toList();
        if (lines.size() > MOST_LINES) {
            throw malformed("more than " + MOST_LINES + " lines");
        }
        return lines;
    }

    private static String[] fields(String line, int count) {
        String[] fields = line.split(" ", count + 1);
        if (fields.length != count) {
            throw malformed(fields.length + " fields");
        }
        return fields;
    }

    private static RefusedException malformed(String what) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                "phase two: " + what + " (expected: lines as another service writes them)");
    }
}
