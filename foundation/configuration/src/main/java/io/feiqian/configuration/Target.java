package io.feiqian.configuration;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/** Who is given a version. */
public sealed interface Target {
    /** Everybody. */
    record All() implements Target {
        @Override
        public String toString() {
            return "all";
        }
    }

    /**
     * These processes.
     *
     * @param ids their names, 1 to 200
     */
    record Instances(Set<String> ids) implements Target {
        /** Keeps a copy. */
        public Instances {
            ids = Set.copyOf(ids);
            if (ids.isEmpty() || ids.size() > 200) {
                throw wrong("instances:" + ids.size());
            }
            ids.forEach(Target::requireWord);
        }

        @Override
        public String toString() {
            return new TreeSet<>(ids).stream().collect(Collectors.joining(",", "instances:", ""));
        }
    }

    /**
     * Processes with this label.
     *
     * @param name the label
     * @param value its value
     */
    record Labelled(String name, String value) implements Target {
        /** Refuses what could not be written as one word each. */
        public Labelled {
            requireWord(name);
            requireWord(value);
        }

        @Override
        public String toString() {
            return "label:" + name + "=" + value;
        }
    }

    /**
     * A share of all processes, chosen by a hash of document and name: the same ones every time,
     * and all of them again when the share grows.
     *
     * @param percent 1 to 99
     */
    record Share(int percent) implements Target {
        /** Refuses nobody and everybody. */
        public Share {
            if (percent < 1 || percent > 99) {
                throw wrong("percent:" + percent);
            }
        }

        @Override
        public String toString() {
            return "percent:" + percent;
        }
    }

    /** Everybody. */
    static Target all() {
        return new All();
    }

    /** Whether this process is among them, for this document. */
    default boolean includes(String document, Recipient recipient) {
        return switch (this) {
            case All _ -> true;
            case Instances some -> some.ids().contains(recipient.id());
            case Labelled label -> label.value().equals(recipient.labels().get(label.name()));
            case Share share -> bucket(document + "/" + recipient.id()) < share.percent() * 100;
        };
    }

    /**
     * Reads what {@code toString} writes: {@code all}, {@code instances:a,b}, {@code label:a=b} or
     * {@code percent:10}.
     *
     * @throws IllegalArgumentException where it is something else
     */
    static Target parse(String text) {
        if (text.equals("all")) {
            return all();
        }
        String kind = text.substring(0, text.indexOf(':') + 1);
        String rest = text.substring(kind.length());
        return switch (kind) {
            case "instances:" ->
                    new Instances(Arrays.stream(rest.split(",", -1)).collect(Collectors.toSet()));
            case "label:" -> {
                int equals = rest.indexOf('=');
                if (equals < 1) {
                    throw wrong(text);
                }
                yield new Labelled(rest.substring(0, equals), rest.substring(equals + 1));
            }
            case "percent:" -> {
                if (!rest.matches("[0-9]{1,2}")) {
                    throw wrong(text);
                }
                yield new Share(Integer.parseInt(rest));
            }
            default -> throw wrong(text);
        };
    }

    private static int bucket(String text) {
        CRC32 hash = new CRC32();
        hash.update(text.getBytes(StandardCharsets.UTF_8));
        // The low digits of a CRC of similar names are not even; a multiplication spreads them.
        long spread = (hash.getValue() * 0x9E3779B97F4A7C15L) >>> 33;
        return (int) (spread % 10_000);
    }

    private static void requireWord(String text) {
        if (!text.matches("[A-Za-z0-9._-]{1,64}")) {
            throw wrong(text);
        }
    }

    private static IllegalArgumentException wrong(String found) {
        return new IllegalArgumentException(
                "target: "
                        + found
                        + " (expected: all, instances:NAME,NAME, label:NAME=VALUE or percent:1..99)");
    }
}
