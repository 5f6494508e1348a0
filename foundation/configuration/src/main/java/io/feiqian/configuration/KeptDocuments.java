package io.feiqian.configuration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.configuration.spi.Offer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder beside a process that holds what was in force there last, so that it starts and serves
 * with registry and database dead, also after the last thing it was offered had to be refused.
 * Belongs to one process; each file is replaced in one step. Secrets in it are envelopes.
 */
public final class KeptDocuments {
    private static final Logger LOG = LoggerFactory.getLogger(KeptDocuments.class);
    private static final int FORMAT = 1;

    private final Path folder;

    /** In this folder, which is made where it is not there. */
    public KeptDocuments(Path folder) {
        this.folder = folder;
    }

    /** What was in force last; empty where nothing was, or the file cannot be read. */
    Optional<Offer> read(String document) {
        try {
            ObjectNode kept = DocumentJson.object(document, Files.readString(file(document)));
            if (kept.path("format").asInt(0) != FORMAT || !kept.path("content").isTextual()) {
                throw new ConfigurationException(
                        document + ": kept in another format (expected: " + FORMAT + ")");
            }
            return Optional.of(
                    new Offer(
                            kept.path("version").asLong(),
                            kept.path("revision").asLong(),
                            kept.path("content").textValue()));
        } catch (NoSuchFileException first) {
            return Optional.empty();
        } catch (IOException | ConfigurationException unreadable) {
            LOG.warn("what was kept of configuration {} is not used", document, unreadable);
            return Optional.empty();
        }
    }

    /** Keeps what is in force now; durable when this returns. */
    void write(String document, Offer inForce) {
        ObjectNode kept =
                DocumentJson.MAPPER
                        .createObjectNode()
                        .put("format", FORMAT)
                        .put("version", inForce.version())
                        .put("revision", inForce.revision())
                        .put("content", inForce.text());
        Path file = file(document);
        Path next = folder.resolve(document + ".json.new");
        try {
            Files.createDirectories(folder);
            Files.writeString(next, kept.toPrettyString());
            try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException("configuration " + file, failure);
        }
    }

    private Path file(String document) {
        return folder.resolve(document + ".json");
    }
}
