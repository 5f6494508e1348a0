package io.feiqian.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operators' orders, kept in a file beside the process so that a restart does not bring back what
 * was drained or blocked. The file is replaced as a whole: a reader sees the old orders or the new.
 * Thread-safe.
 */
final class KeptOrders {
    private static final Logger LOG = LoggerFactory.getLogger(KeptOrders.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final BackendOrders orders;

    private KeptOrders(Path file, BackendOrders orders) {
        this.file = file;
        this.orders = orders;
    }

    /**
     * Gives the orders of the file to these, and from now on writes down each change of them.
     *
     * <p>A file that cannot be understood is set aside and said in the log: orders that nobody can
     * read must not keep the gateway from starting.
     */
    static void keep(Path file, BackendOrders orders) {
        KeptOrders kept = new KeptOrders(file, orders);
        kept.load();
        var _ = orders.watch(_ -> kept.save());
    }

    private void load() {
        try {
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            for (JsonNode each : root.path("backends")) {
                orders.order(
                        each.path("pool").asText(),
                        each.path("backend").asText(),
                        new BackendOrders.Order(
                                each.has("weight")
                                        ? OptionalInt.of(each.path("weight").asInt())
                                        : OptionalInt.empty(),
                                each.path("drained").asBoolean(),
                                each.path("blocked").asBoolean()));
            }
            for (JsonNode each : root.path("clients")) {
                orders.blockClient(Network.parse(each.asText()));
            }
        } catch (NoSuchFileException none) {
            LOG.debug("no orders are kept in {}", file);
        } catch (IOException | IllegalArgumentException unreadable) {
            LOG.error("orders in {} cannot be read and are set aside", file, unreadable);
            setAside();
        }
    }

    private void setAside() {
        try {
            var _ =
                    Files.move(
                            file,
                            file.resolveSibling(file.getFileName() + ".unreadable"),
                            StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            LOG.error("{} cannot be moved", file, failed);
        }
    }

    private synchronized void save() {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode backends = root.putArray("backends");
        orders.all().entrySet().stream()
                .sorted(
                        Comparator.comparing(
                                each -> each.getKey().pool() + "/" + each.getKey().backend()))
                .forEach(each -> {
                    ObjectNode node =
                            backends.addObject()
                                    .put("pool", each.getKey().pool())
                                    .put("backend", each.getKey().backend())
                                    .put("drained", each.getValue().drained())
                                    .put("blocked", each.getValue().blocked());
                    each.getValue().weight().ifPresent(weight -> node.put("weight", weight));
                });
        ArrayNode clients = root.putArray("clients");
        orders.blockedClients().forEach(each -> clients.add(each.address() + "/" + each.bits()));
        Path next = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(next, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new UncheckedIOException("orders cannot be kept in " + file, failed);
        }
    }
}
