package io.feiqian.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.vocabulary.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file beside a process that holds what the registry said last, so that the process starts and
 * serves with the registry down. Replaced in one step; belongs to one process.
 */
public final class SnapshotFile {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFile.class);
    private static final int FORMAT = 1;

    private final Path file;

    /** The snapshot in this file, which need not be there yet. */
    public SnapshotFile(Path file) {
        this.file = file;
    }

    /**
     * What a snapshot holds.
     *
     * @param instances the instances by role
     * @param documents the documents by name
     */
    record Content(Map<String, List<ServiceInstance>> instances, Map<String, Document> documents) {
        static final Content EMPTY = new Content(Map.of(), Map.of());
    }

    /** What was kept; nothing where the file is absent or unreadable, which is only logged. */
    Content read() {
        try {
            JsonNode root = RegistryJson.JSON.readTree(Files.readString(file));
            int format = root.path("format").asInt(0);
            if (format < 1 || format > FORMAT) {
                throw new IllegalArgumentException(
                        "format: " + format + " (expected: 1 to " + FORMAT + ")");
            }
            Map<String, List<ServiceInstance>> instances = new HashMap<>();
            for (Map.Entry<String, JsonNode> role : root.path("instances").properties()) {
                List<ServiceInstance> list = new ArrayList<>();
                role.getValue().forEach(each -> list.add(RegistryJson.instance(each)));
                instances.put(role.getKey(), List.copyOf(list));
            }
            Map<String, Document> documents = new HashMap<>();
            for (Map.Entry<String, JsonNode> each : root.path("documents").properties()) {
                JsonNode node = each.getValue();
                documents.put(
                        each.getKey(),
                        new Document(
                                each.getKey(),
                                node.path("version").asLong(),
                                node.path("content").asText()));
            }
            return new Content(instances, documents);
        } catch (NoSuchFileException first) {
            return Content.EMPTY;
        } catch (IOException | IllegalArgumentException | RefusedException unreadable) {
            LOG.warn("the registry's snapshot {} is not used", file, unreadable);
            return Content.EMPTY;
        }
    }

    /** Replaces what is kept; durable when this returns. */
    void write(Content content) {
        ObjectNode root = RegistryJson.JSON.createObjectNode();
        root.put("format", FORMAT);
        ObjectNode instances = root.putObject("instances");
        content.instances()
                .forEach((role, list) -> {
                    ArrayNode array = instances.putArray(role);
                    list.forEach(each -> array.add(RegistryJson.write(each)));
                });
        ObjectNode documents = root.putObject("documents");
        content.documents()
                .forEach((name, document) ->
                        documents
                                .putObject(name)
                                .put("version", document.version())
                                .put("content", document.content()));
        Path next = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(next, root.toPrettyString());
            try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException("registry snapshot " + file, failure);
        }
    }
}
