package io.feiqian.registry;

import java.util.Optional;

/** How the publication of a document ended. */
public sealed interface Publication {
    /**
     * The document is published.
     *
     * @param document as it is now
     */
    record Published(Document document) implements Publication {}

    /**
     * Somebody else changed it since the version that was expected.
     *
     * @param current as it is now; empty where there is none
     */
    record Outdated(Optional<Document> current) implements Publication {}
}
