package io.feiqian.proxy;

import java.io.ByteArrayInputStream;
import java.util.Locale;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Finds the text of an element by a path of local names. Immutable; each search has a reader of its
 * own, which takes no document types, no entities but the five of XML, and UTF-8 only.
 *
 * <p>Where the path leads to several elements, all must say the same: a file of payments of two
 * accounts belongs to no one cell.
 */
final class KeyXml {
    /** How deep elements may nest. */
    static final int DEEPEST = 64;

    private final String[] names;

    private KeyXml(String[] names) {
        this.names = names;
    }

    /** The search for what stands at this path, such as {@code /Document/A/B}. */
    static KeyXml at(String path) {
        return new KeyXml(path.substring(1).split("/", -1));
    }

    /** The text there without blanks around it; empty where there is no such element. */
    Optional<String> find(KeyParts.Body body) {
        if (body.length() == 0) {
            return Optional.empty();
        }
        try {
            XMLStreamReader reader =
                    factory()
                            .createXMLStreamReader(
                                    new ByteArrayInputStream(
                                            body.array(), body.from(), body.length()));
            try {
                return Optional.ofNullable(search(reader));
            } finally {
                reader.close();
            }
        } catch (XMLStreamException wrong) {
            throw KeyReader.refused(
                    "XML at byte " + wrong.getLocation().getCharacterOffset(),
                    "a well-formed document");
        }
    }

    private @Nullable String search(XMLStreamReader reader) throws XMLStreamException {
        requireUtf8(reader);
        @Nullable String found = null;
        int depth = 0;
        int onWay = 0;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    boolean leads =
                            onWay == depth
                                    && depth < names.length
                                    && names[depth].equals(reader.getLocalName());
                    if (++depth > DEEPEST) {
                        throw KeyReader.refused("XML: depth " + depth, "at most " + DEEPEST);
                    }
                    if (leads) {
                        onWay++;
                    }
                    if (leads && onWay == names.length) {
                        found = one(found, text(reader));
                        depth--;
                        onWay--;
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    depth--;
                    onWay = Math.min(onWay, depth);
                }
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                        throw KeyReader.refused("XML: a document type or entity", "none");
                default -> {}
            }
        }
        return found;
    }

    private static String text(XMLStreamReader reader) throws XMLStreamException {
        StringBuilder text = new StringBuilder();
        while (true) {
            switch (reader.next()) {
                case XMLStreamConstants.CHARACTERS,
                        XMLStreamConstants.CDATA,
                        XMLStreamConstants.SPACE ->
                        text.append(reader.getText());
                case XMLStreamConstants.END_ELEMENT -> {
                    return KeyReader.bounded(text.toString().strip(), "XML element");
                }
                case XMLStreamConstants.COMMENT, XMLStreamConstants.PROCESSING_INSTRUCTION ->
                        // Readers differ on which side of it the text ends.
                        throw KeyReader.refused("XML: a comment in the key", "text only");
                default -> throw KeyReader.refused("XML: an element in the key", "text only");
            }
        }
    }

    private static String one(@Nullable String before, String now) {
        if (before != null && !before.equals(now)) {
            throw KeyReader.refused("XML: two different keys", "the same everywhere");
        }
        return now;
    }

    private static void requireUtf8(XMLStreamReader reader) {
        String declared = reader.getCharacterEncodingScheme();
        String used = reader.getEncoding();
        if (!isUtf8(declared) || !isUtf8(used)) {
            throw KeyReader.refused("XML: encoding " + declared, "UTF-8");
        }
    }

    private static boolean isUtf8(@Nullable String name) {
        return name == null || name.toUpperCase(Locale.ROOT).equals("UTF-8");
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("external entity (expected: none)");
        });
        return factory;
    }
}
