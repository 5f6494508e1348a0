package io.feiqian.messaging;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import java.util.Comparator;

/**
 * Within what messages are numbered without gaps and kept in order (outbox-horizon, inbox-mark):
 * everything that one producer slot says to one consumer slot under one topic and one name, for
 * instance an account. Both ends move with their slots (home-slot).
 *
 * @param producer the slot in whose owner's outbox the messages are
 * @param consumer the slot in whose owner's inbox they are consumed
 * @param topic what the messages are about; by this a consumer is found
 * @param name what of the topic they are about
 * @param replay 0 for what was first sent, 1 and up for what a rewind sends again
 */
public record MessageKey(Slot producer, Slot consumer, String topic, String name, int replay)
        implements Comparable<MessageKey> {
    /** The longest topic, in characters. */
    public static final int LONGEST_TOPIC = 40;

    /** The longest name, in characters. */
    public static final int LONGEST_NAME = 64;

    private static final Comparator<MessageKey> ORDER =
            Comparator.comparing(MessageKey::name)
                    .thenComparing(MessageKey::topic)
                    .thenComparing(MessageKey::producer)
                    .thenComparing(MessageKey::consumer)
                    .thenComparingInt(MessageKey::replay);

    /**
     * Refuses what no row could hold.
     *
     * @throws RefusedException with {@link OutcomeCode#INVALID_MESSAGE_KEY}
     */
    public MessageKey {
        requirePrintable("topic", topic, LONGEST_TOPIC);
        if (topic.indexOf(':') >= 0) {
            throw invalid("topic: with a colon (expected: none)");
        }
        requirePrintable("key", name, LONGEST_NAME);
        if (replay < 0) {
            throw invalid("replay: " + replay + " (expected: >= 0)");
        }
    }

    /** The key of what is first sent. */
    public static MessageKey of(Slot producer, Slot consumer, String topic, String name) {
        return new MessageKey(producer, consumer, topic, name, 0);
    }

    /** The same key for another rewind, or 0 for what was first sent. */
    public MessageKey ofReplay(int number) {
        return new MessageKey(producer, consumer, topic, name, number);
    }

    /** In the order in which rows are locked (lock-order). */
    @Override
    public int compareTo(MessageKey that) {
        return ORDER.compare(this, that);
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws RefusedException with {@link OutcomeCode#INVALID_MESSAGE_KEY} for anything else
     */
    public static MessageKey parse(String text) {
        String[] fields = text.split(":", 5);
        if (fields.length == 5) {
            try {
                return new MessageKey(
                        new Slot(Integer.parseInt(fields[0])),
                        new Slot(Integer.parseInt(fields[1])),
                        fields[3],
                        fields[4],
                        Integer.parseInt(fields[2]));
            } catch (IllegalArgumentException noNumber) {
                throw invalid("key: " + noNumber.getMessage() + " (expected: slots and a number)");
            }
        }
        throw invalid(
                "key: %d fields (expected: producer:consumer:replay:topic:name)"
                        .formatted(fields.length));
    }

    /** As operators read and write it: {@code 0017:9000:0:topic:name}. */
    @Override
    public String toString() {
        return producer + ":" + consumer + ":" + replay + ":" + topic + ":" + name;
    }

    private static void requirePrintable(String what, String text, int longest) {
        if (text.isEmpty()
                || text.length() > longest
                || !text.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw invalid(
                    "%s: %d characters (expected: 1 to %d printable ones of ASCII, no blank)"
                            .formatted(what, text.length(), longest));
        }
    }

    private static RefusedException invalid(String message) {
        return new RefusedException(OutcomeCode.INVALID_MESSAGE_KEY, message);
    }
}
