package io.feiqian.iso20022;

import java.io.InputStream;
import java.util.Locale;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of credit transfers from its beginning to its end, one transaction at a time: what
 * it keeps does not grow with the file. Takes UTF-8, no document types and no entities; everything
 * is bounded.
 */
final class MessageReader {
    /** How deep elements may nest. */
    static final int DEEPEST = 24;

    /** The longest text of an element. */
    static final int LONGEST = 4_096;

    /** Is told what a file says, in order. */
    interface Visitor {
        /** The group's header comes first and once. */
        void group(MessageName name, Fields group);

        /** What holds for the transactions that follow; only pain.001 has it. */
        default void batch(Fields batch) {}

        /** A transaction. */
        void transaction(Fields transaction);

        /** The last transaction of the batch was told. */
        default void batchEnds() {}
    }

    private final XMLStreamReader xml;
    private final Visitor visitor;
    private String namespace = "";

    private MessageReader(XMLStreamReader xml, Visitor visitor) {
        this.xml = xml;
        this.visitor = visitor;
    }

    /**
     * Tells what a file says.
     *
     * @param family such as {@code pain.001}
     * @throws IsoRefusal where the file is no such message; what was told before is to be forgotten
     */
    static void read(InputStream file, String family, Visitor visitor) {
        try {
            XMLStreamReader xml = factory().createXMLStreamReader(file);
            try {
                requireUtf8(xml.getCharacterEncodingScheme());
                requireUtf8(xml.getEncoding());
                new MessageReader(xml, visitor).document(family);
            } finally {
                xml.close();
            }
        } catch (XMLStreamException wrong) {
            throw IsoRefusal.form(
                    "XML at line %d, column %d (expected: a well-formed document)"
                            .formatted(
                                    wrong.getLocation().getLineNumber(),
                                    wrong.getLocation().getColumnNumber()));
        }
    }

    private void document(String family) throws XMLStreamException {
        expect("Document");
        namespace = String.valueOf(xml.getNamespaceURI());
        MessageName name =
                MessageName.of(family, namespace)
                        .orElseThrow(() ->
                                IsoRefusal.form(
                                        "namespace (expected: a version of "
                                                + family
                                                + " that is taken here)"));
        expect(name.body());
        boolean begun = false;
        while (isChildNext()) {
            String child = xml.getLocalName();
            if (child.equals("GrpHdr") != !begun) {
                throw IsoRefusal.form(child + " (expected: GrpHdr, first and once)");
            }
            switch (child) {
                case "GrpHdr" -> visitor.group(name, part());
                case "PmtInf" -> batch(family);
                case "CdtTrfTxInf" -> {
                    requireFamily(family, MessageName.PACS);
                    visitor.transaction(part());
                }
                case "SplmtryData" -> skip();
                default -> throw unexpected();
            }
            begun = true;
        }
        if (!begun || isChildNext()) {
            throw IsoRefusal.form("GrpHdr: none, or an element behind the message");
        }
        while (xml.hasNext()) {
            requirePlain(xml.next());
        }
    }

    private void batch(String family) throws XMLStreamException {
        requireFamily(family, MessageName.PAIN);
        Fields fields = new Fields();
        boolean told = false;
        while (isChildNext()) {
            if (!xml.getLocalName().equals("CdtTrfTxInf")) {
                if (told) {
                    throw unexpected();
                }
                collect(fields, xml.getLocalName(), 2);
                continue;
            }
            if (!told) {
                visitor.batch(fields);
                told = true;
            }
            visitor.transaction(part());
        }
        if (!told) {
            throw IsoRefusal.form("PmtInf without a transaction");
        }
        visitor.batchEnds();
    }

    private Fields part() throws XMLStreamException {
        Fields fields = new Fields();
        while (isChildNext()) {
            collect(fields, xml.getLocalName(), 3);
        }
        return fields;
    }

    /** Takes the texts of the element that was just entered, up to its end. */
    private void collect(Fields into, String path, int depth) throws XMLStreamException {
        requireOurs();
        if (depth > DEEPEST) {
            throw IsoRefusal.form("depth of elements (expected: at most " + DEEPEST + ")");
        }
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            into.add(path + "@" + xml.getAttributeLocalName(i), xml.getAttributeValue(i));
        }
        StringBuilder text = new StringBuilder();
        boolean leaf = true;
        while (true) {
            int event = xml.next();
            requirePlain(event);
            if (event == XMLStreamConstants.END_ELEMENT) {
                break;
            } else if (event == XMLStreamConstants.START_ELEMENT) {
                leaf = false;
                collect(into, path + "/" + xml.getLocalName(), depth + 1);
            } else if (xml.hasText() && event != XMLStreamConstants.COMMENT) {
                text.append(xml.getText());
                if (text.length() > LONGEST) {
                    throw IsoRefusal.form(path + " (expected: at most " + LONGEST + " characters)");
                }
            }
        }
        if (leaf) {
            into.add(path, text.toString().strip());
        } else if (!text.toString().isBlank()) {
            throw IsoRefusal.form(path + ": text beside elements");
        }
    }

    private void skip() throws XMLStreamException {
        int depth = 1;
        while (depth > 0) {
            int event = xml.next();
            requirePlain(event);
            if (event == XMLStreamConstants.START_ELEMENT && ++depth > DEEPEST) {
                throw IsoRefusal.form("depth of elements (expected: at most " + DEEPEST + ")");
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                depth--;
            }
        }
    }

    private void expect(String name) throws XMLStreamException {
        if (!isChildNext() || !xml.getLocalName().equals(name)) {
            throw IsoRefusal.form("expected: " + name);
        }
    }

    /** Goes to the next child's beginning; false at the end of the parent. */
    private boolean isChildNext() throws XMLStreamException {
        while (true) {
            int event = xml.next();
            requirePlain(event);
            if (event == XMLStreamConstants.START_ELEMENT) {
                requireOurs();
                return true;
            }
            if (event == XMLStreamConstants.END_ELEMENT) {
                return false;
            }
            if (event == XMLStreamConstants.END_DOCUMENT) {
                throw IsoRefusal.form("the end (expected: a message)");
            }
            if (event == XMLStreamConstants.CHARACTERS && !xml.isWhiteSpace()) {
                throw IsoRefusal.form("text between elements");
            }
        }
    }

    private void requireOurs() {
        if (!namespace.isEmpty() && !namespace.equals(xml.getNamespaceURI())) {
            throw IsoRefusal.form(xml.getLocalName() + ": of another namespace");
        }
    }

    private static void requirePlain(int event) {
        if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
            throw IsoRefusal.form("a document type or an entity (expected: none)");
        }
    }

    private static void requireFamily(String family, String expected) {
        if (!family.equals(expected)) {
            throw IsoRefusal.form("an element of " + expected);
        }
    }

    private IsoRefusal unexpected() {
        return IsoRefusal.form(xml.getLocalName() + ": not expected here");
    }

    private static void requireUtf8(@Nullable String encoding) {
        if (encoding != null && !encoding.toUpperCase(Locale.ROOT).equals("UTF-8")) {
            throw IsoRefusal.form("encoding (expected: UTF-8)");
        }
    }

    /** Reads no document types and nothing from elsewhere. */
    static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setXMLResolver((publicId, systemId, base, space) -> {
            throw new XMLStreamException("external entity (expected: none)");
        });
        return factory;
    }
}
