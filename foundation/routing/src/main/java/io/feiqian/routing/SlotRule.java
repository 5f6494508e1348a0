package io.feiqian.routing;

import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the slot of a key is found (B7.2-a, D5.5-c): hash, modulo, digits of the number, range,
 * enumeration, date, explicit mapping, or a rule of the user's own.
 *
 * <p>Pure and thread-safe: the same key has the same slot in every process, on every machine and in
 * every version. Changing the rule of keys in use is a migration, not a setting.
 */
public sealed interface SlotRule {
    /** All slots that customers are spread over. */
    SlotRange CUSTOMERS = SlotRange.of(0, Slot.FIRST_PINNED - 1);

    /**
     * The slot of a key.
     *
     * @throws RefusedException with {@link OutcomeCode#NO_ROUTE} where the rule has no slot for
     *     this key, {@link OutcomeCode#MALFORMED_REQUEST} where the key is not of the form it reads
     */
    Slot slot(String key);

    /** The rule for keys without a slot of their own: a hash over all customers' slots. */
    static SlotRule hash() {
        return new Hash(CUSTOMERS);
    }

    /** The rule for account and customer numbers: their first four digits. */
    static SlotRule digits() {
        return new Digits(0);
    }

    /**
     * A stable hash of the key's text, spread evenly over a range of slots.
     *
     * @param slots the range
     */
    record Hash(SlotRange slots) implements SlotRule {
        @Override
        public Slot slot(String key) {
            long spread = Long.remainderUnsigned(StableHash.of(key), slots.size());
            return new Slot(slots.first().number() + (int) spread);
        }
    }

    /**
     * A whole number modulo the size of a range of slots.
     *
     * @param slots the range
     */
    record Modulo(SlotRange slots) implements SlotRule {
        @Override
        public Slot slot(String key) {
            int spread = Math.floorMod(number(key), slots.size());
            return new Slot(slots.first().number() + spread);
        }
    }

    /**
     * Four digits of the key are the slot.
     *
     * @param at where they begin, from 0
     */
    record Digits(int at) implements SlotRule {
        private static final int LENGTH = 4;

        /** Refuses a place before the key's beginning. */
        public Digits {
            if (at < 0) {
                throw malformed("place of the digits", Integer.toString(at), ">= 0");
            }
        }

        @Override
        public Slot slot(String key) {
            if (key.length() < at + LENGTH) {
                throw malformed("key", key, "at least " + (at + LENGTH) + " digits");
            }
            int slot = 0;
            for (int i = at; i < at + LENGTH; i++) {
                char c = key.charAt(i);
                if (c < '0' || c > '9') {
                    throw malformed("key", key, "four digits from place " + at);
                }
                slot = slot * 10 + (c - '0');
            }
            return new Slot(slot);
        }
    }

    /**
     * Ranges of whole numbers, each with a rule for the keys inside it.
     *
     * @param bands in ascending order, without overlap
     */
    record Range(List<Band> bands) implements SlotRule {
        /** Refuses bands that overlap or are not in order. */
        public Range {
            bands = List.copyOf(bands);
            for (int i = 1; i < bands.size(); i++) {
                if (bands.get(i).first() <= bands.get(i - 1).last()) {
                    throw malformed(
                            "band", bands.get(i).toString(), "to begin after the one before it");
                }
            }
        }

        @Override
        public Slot slot(String key) {
            long number = number(key);
            int low = 0;
            int high = bands.size() - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                Band band = bands.get(middle);
                if (number < band.first()) {
                    high = middle - 1;
                } else if (number > band.last()) {
                    low = middle + 1;
                } else {
                    return band.inside().slot(key);
                }
            }
            throw noRoute(key, "a number inside one of " + bands.size() + " ranges");
        }
    }

    /**
     * One range of a {@link Range} rule.
     *
     * @param first the smallest number in it
     * @param last the largest number in it
     * @param inside how its keys are spread
     */
    record Band(long first, long last, SlotRule inside) {
        /** Refuses an empty range. */
        public Band {
            if (first > last) {
                throw malformed("band", first + " to " + last, "first <= last");
            }
        }
    }

    /**
     * A business element such as a branch or a province names the slot.
     *
     * @param slots the slot of each value
     * @param otherwise the slot of every other value; empty refuses them
     */
    record Enumeration(Map<String, Slot> slots, Optional<Slot> otherwise) implements SlotRule {
        /** Keeps a copy. */
        public Enumeration {
            slots = Map.copyOf(slots);
        }

        @Override
        public Slot slot(String key) {
            Slot named = slots.get(key);
            if (named != null) {
                return named;
            }
            return otherwise.orElseThrow(
                    () -> noRoute(key, "one of " + slots.size() + " listed values"));
        }
    }

    /**
     * Days, weeks or other spans of days go round a range of slots. The key is a day as {@code
     * 2026-01-31} or {@code 20260131}.
     *
     * @param origin the first day of the first slot
     * @param days how many days share a slot, 1 or more
     * @param slots the range
     */
    record Date(BusinessDate origin, int days, SlotRange slots) implements SlotRule {
        /** Refuses a span of no days. */
        public Date {
            if (days < 1) {
                throw malformed("days", Integer.toString(days), ">= 1");
            }
        }

        @Override
        public Slot slot(String key) {
            long span = Math.floorDiv(BusinessDate.parse(key).daysSince(origin), (long) days);
            return new Slot(slots.first().number() + Math.floorMod(span, slots.size()));
        }
    }

    /**
     * Explicit addressing: listed keys have a slot of their own, all others go by another rule.
     *
     * @param slots the slot of each listed key
     * @param otherwise the rule for all others
     */
    record Explicit(Map<String, Slot> slots, SlotRule otherwise) implements SlotRule {
        /** Keeps a copy. */
        public Explicit {
            slots = Map.copyOf(slots);
        }

        @Override
        public Slot slot(String key) {
            Slot listed = slots.get(key);
            return listed != null ? listed : otherwise.slot(key);
        }
    }

    /** A rule of the user's own; must be pure and thread-safe. */
    non-sealed interface Custom extends SlotRule {}

    private static long number(String key) {
        try {
            return Long.parseLong(key);
        } catch (NumberFormatException wrong) {
            throw malformed("key", key, "a whole number");
        }
    }

    private static RefusedException malformed(String what, String value, String expected) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                what + ": " + shown(value) + " (expected: " + expected + ")");
    }

    private static RefusedException noRoute(String key, String expected) {
        return new RefusedException(
                OutcomeCode.NO_ROUTE, "key: " + shown(key) + " (expected: " + expected + ")");
    }

    private static String shown(String value) {
        return value.length() > 60 ? value.substring(0, 60) + "…" : value;
    }
}
