package io.feiqian.iso20022;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.transform.stax.StAXSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * The schemas of the standard that files are checked against, where the bank has put them into a
 * folder: {@code pain.001.001.09.xsd} and the like, as ISO 20022 publishes them. They are not ours
 * to ship. Immutable, thread-safe.
 */
final class Schemas {
    /** No file is checked by a schema. */
    static final Schemas NONE = new Schemas(Map.of(), false);

    private static final String END = ".xsd";

    private final Map<String, Schema> byName;
    private final boolean required;

    private Schemas(Map<String, Schema> byName, boolean required) {
        this.byName = Map.copyOf(byName);
        this.required = required;
    }

    /**
     * Those of a folder.
     *
     * @throws IllegalArgumentException where there is none, or one that is no schema
     */
    static Schemas in(Optional<Path> folder) {
        if (folder.isEmpty()) {
            return NONE;
        }
        Map<String, Schema> found = new HashMap<>();
        try (Stream<Path> files = Files.list(folder.get())) {
            List<Path> all = files.filter(each -> name(each).endsWith(END)).toList();
            for (Path each : all) {
                String name = name(each);
                found.put(name.substring(0, name.length() - END.length()), read(each));
            }
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    "schemas: %s (expected: a folder)".formatted(folder.get()), unreadable);
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "schemas: none in %s (expected: pain.001.001.09.xsd and the like)"
                            .formatted(folder.get()));
        }
        return new Schemas(found, true);
    }

    /** Whether files are checked at all. */
    boolean isRequired() {
        return required;
    }

    /**
     * Checks a file to its end.
     *
     * @throws IsoRefusal where it is not as its schema wants it, or there is no schema for it
     */
    void check(MessageName name, InputStream file) {
        Schema schema = byName.get(name.toString());
        if (schema == null) {
            throw IsoRefusal.form(name + ": no schema of it is here (expected: one)");
        }
        try {
            XMLStreamReader xml = MessageReader.factory().createXMLStreamReader(file);
            try {
                schema.newValidator().validate(new StAXSource(xml));
            } finally {
                xml.close();
            }
        } catch (SAXParseException wrong) {
            throw IsoRefusal.form(text(wrong));
        } catch (SAXException | XMLStreamException | IOException wrong) {
            throw IsoRefusal.form("by its schema: " + wrong.getMessage());
        }
    }

    /** The rule's number first, since reports cut what is long. */
    private static String text(SAXParseException wrong) {
        return "schema: "
                + String.valueOf(wrong.getMessage()).replaceAll("\\{?\"urn:[^\"]*\":", "");
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static Schema read(Path file) {
        try {
            SchemaFactory factory = SchemaFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            return factory.newSchema(file.toFile());
        } catch (SAXException wrong) {
            throw new IllegalArgumentException(
                    "schema %s: %s (expected: a schema)".formatted(file, wrong.getMessage()),
                    wrong);
        }
    }
}
