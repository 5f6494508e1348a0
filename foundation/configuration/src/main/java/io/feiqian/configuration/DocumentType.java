package io.feiqian.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A kind of document: its name, the record that holds it, what is used where a key is absent, and
 * how documents of earlier formats become today's (D5.7-c). Immutable.
 *
 * <p>A document is a JSON object; comments are allowed. Its key {@code format} says which format it
 * is written in; without it, it is of the first.
 *
 * @param <T> the record
 */
public final class DocumentType<T extends Record> {
    private static final String FORMAT = "format";

    private final String name;
    private final T defaults;
    private final Map<String, String> removed;
    private final List<Consumer<ObjectNode>> upgrades;

    private DocumentType(
            String name,
            T defaults,
            Map<String, String> removed,
            List<Consumer<ObjectNode>> upgrades) {
        this.name = name;
        this.defaults = defaults;
        this.removed = Map.copyOf(removed);
        this.upgrades = List.copyOf(upgrades);
    }

    /** A kind of document in its first format. */
    public static <T extends Record> DocumentType<T> of(String name, T defaults) {
        if (!name.matches("[a-z][a-z0-9-]{0,59}")) {
            throw new IllegalArgumentException(
                    "document: " + name + " (expected: lower-case letters, digits, hyphens)");
        }
        return new DocumentType<>(name, defaults, Map.of(), List.of());
    }

    /**
     * The same, whose documents may no longer have this key.
     *
     * @param key the key, with points where it lies deeper, such as {@code database.url}
     * @param advice what to write instead
     */
    public DocumentType<T> without(String key, String advice) {
        Map<String, String> more = new TreeMap<>(removed);
        more.put(key, advice);
        return new DocumentType<>(name, defaults, more, upgrades);
    }

    /**
     * The same in its next format.
     *
     * @param upgrade turns a document of the format so far into one of the next
     */
    public DocumentType<T> nextFormat(Consumer<ObjectNode> upgrade) {
        List<Consumer<ObjectNode>> more = new ArrayList<>(upgrades);
        more.add(upgrade);
        return new DocumentType<>(name, defaults, removed, more);
    }

    /** The name of its documents. */
    public String name() {
        return name;
    }

    /** What holds where there is no document. */
    public T defaults() {
        return defaults;
    }

    /** The format that documents are written in today, 1 or more. */
    public int format() {
        return upgrades.size() + 1;
    }

    /**
     * Reads a document.
     *
     * @throws ConfigurationException where it is no JSON object, has a key that is not known or was
     *     removed, a value of another type, one that the record refuses, or a newer format
     */
    public T parse(String text) {
        return parse(text, Seal.NONE);
    }

    /** The same where the document may hold secrets, which this seal opens. */
    public T parse(String text, Seal seal) {
        ObjectNode document = DocumentJson.object(name, text);
        upgrade(document);
        return new RecordReader(name, removed, seal).read(document, defaults);
    }

    /**
     * What documents of this kind may hold, as JSON Schema (draft 2020-12): keys, types, defaults.
     * What the record itself refuses, such as numbers out of bounds, does not stand in it.
     */
    public String schema() {
        return RecordSchema.of(name, format(), defaults).toPrettyString();
    }

    /** A record as a document would hold it, as JSON; secrets and what is empty are left out. */
    public static String written(Record value) {
        return RecordSchema.text(value);
    }

    private void upgrade(ObjectNode document) {
        JsonNode format = document.remove(FORMAT);
        if (format != null && !format.isInt()) {
            throw newerOrWrong(format.toString());
        }
        int written = format == null ? 1 : format.intValue();
        if (written < 1 || written > format()) {
            throw newerOrWrong(Integer.toString(written));
        }
        for (int from = written; from < format(); from++) {
            upgrades.get(from - 1).accept(document);
        }
    }

    private ConfigurationException newerOrWrong(String found) {
        return new ConfigurationException(
                "%s: format: %s (expected: 1 to %d)".formatted(name, found, format()));
    }
}
