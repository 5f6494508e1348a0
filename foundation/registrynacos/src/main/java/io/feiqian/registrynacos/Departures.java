package io.feiqian.registrynacos;

import com.alibaba.nacos.api.exception.NacosException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.registry.RegistryEntry;
import io.feiqian.runtime.Randomness;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notes of those who left: one text for each role, with the newest {@value #MOST}. Only the
 * worker's thread comes here.
 */
final class Departures {
    /** Of one role; notes matter to those who look within seconds. */
    static final int MOST = 200;

    private static final Logger LOG = LoggerFactory.getLogger(Departures.class);
    private static final int TRIES = 5;
    private static final String NOTES = "left";

    private final NacosWorker worker;
    private final Randomness randomness;
    private final Map<String, SharedText> texts = new HashMap<>();

    Departures(NacosWorker worker, Randomness randomness) {
        this.worker = worker;
        this.randomness = randomness;
    }

    /**
     * Says that somebody leaves. Where others are faster again and again it is left unsaid, and who
     * misses the instance asks it.
     */
    void note(NacosLink link, RegistryEntry entry) throws NacosException {
        SharedText text = text(entry.instance().role());
        for (int i = 0; i < TRIES; i++) {
            SharedText.Seen seen = text.read(link);
            ObjectNode next = SharedText.JSON.createObjectNode();
            ArrayNode notes = next.putArray(NOTES);
            seen.content().ifPresent(before -> notes.addAll(before.withArray("/" + NOTES)));
            notes.addObject().put("id", entry.instance().id()).put("life", entry.life());
            while (notes.size() > MOST) {
                notes.remove(0);
            }
            String writing = Long.toHexString(randomness.nextLong());
            if (text.replace(link, seen, next, writing) == SharedText.Change.MADE) {
                return;
            }
        }
        LOG.info("registry: the departure of {} is not noted", entry.instance().id());
    }

    /** The lives that ended, by id; none where Nacos does not say. */
    Map<String, String> of(NacosLink link, String role) {
        Map<String, String> left = new HashMap<>();
        try {
            Optional<ObjectNode> seen = text(role).read(link).content();
            seen.ifPresent(notes ->
                    notes.path(NOTES)
                            .forEach(each ->
                                    left.put(
                                            each.path("id").asText(""),
                                            each.path("life").asText(""))));
        } catch (NacosException unknown) {
            LOG.debug("registry: who left {} is not known", role, unknown);
        }
        return left;
    }

    private SharedText text(String role) {
        return texts.computeIfAbsent(
                role, name -> new SharedText("left." + name, worker.executor(), _ -> {}));
    }
}
