package io.feiqian.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.feiqian.configuration.DocumentType;
import io.feiqian.governance.ReleaseDocument;

/**
 * The releases and how far each has come: the form is that of {@code docs/governance.md}.
 *
 * @param releases a list of them
 */
record ReleasesDocument(JsonNode releases) {
    /** Its name in the configuration centre. */
    static final String NAME = "releases";

    /** Refuses what is no document of releases. */
    ReleasesDocument {
        var _ = read(releases);
    }

    /** The kind of document; without one there are no releases. */
    static DocumentType<ReleasesDocument> type() {
        return DocumentType.of(NAME, new ReleasesDocument(JsonNodeFactory.instance.arrayNode()));
    }

    /** As governance takes it. */
    ReleaseDocument document() {
        return read(releases);
    }

    private static ReleaseDocument read(JsonNode releases) {
        return ReleaseDocument.parse("{\"releases\": %s}".formatted(releases));
    }
}
