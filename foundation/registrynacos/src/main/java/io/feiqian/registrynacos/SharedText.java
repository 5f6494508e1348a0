package io.feiqian.registrynacos;

import com.alibaba.nacos.api.config.listener.Listener;
import com.alibaba.nacos.api.exception.NacosException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JSON text that Nacos keeps under a name, changed only by comparing. Each writing has a number
 * that no other has, so that a text never comes back as it was, and whoever is not told whether it
 * wrote can find out.
 */
final class SharedText {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final Logger LOG = LoggerFactory.getLogger(SharedText.class);
    private static final String WRITING = "writing";

    private final String name;
    private final Listener listener;

    /**
     * @param onChange told on this executor when it may have changed
     */
    SharedText(String name, Executor executor, Consumer<Optional<ObjectNode>> onChange) {
        this.name = name;
        this.listener =
                new Listener() {
                    @Override
                    public Executor getExecutor() {
                        return executor;
                    }

                    @Override
                    public void receiveConfigInfo(String text) {
                        onChange.accept(parse(name, Optional.ofNullable(text)));
                    }
                };
    }

    /** What was read, as it stands and as it is understood. */
    record Seen(Optional<String> text, Optional<ObjectNode> content) {
        /** Whether this writing made it. */
        boolean isOf(String writing) {
            return content.map(each -> each.path(WRITING).asText("").equals(writing)).orElse(false);
        }
    }

    /** How a change ended. */
    enum Change {
        MADE,
        OTHER_WAS_FIRST,
        /** Nacos did not say, or does not show its newest yet: look again. */
        UNKNOWN
    }

    Seen read(NacosLink link) throws NacosException {
        Optional<String> text = link.read(name, listener);
        return new Seen(text, parse(name, text));
    }

    void forget(NacosLink link) {
        link.forget(name, listener);
    }

    /**
     * Replaces what was seen.
     *
     * @param writing this writing's number
     */
    Change replace(NacosLink link, Seen seen, ObjectNode next, String writing)
            throws NacosException {
        next.put(WRITING, writing);
        if (link.replace(name, seen.text, next.toString())) {
            return Change.MADE;
        }
        return find(link, seen, writing);
    }

    /** Whether a change was made of which nobody said so. */
    Change find(NacosLink link, Seen before, String writing) throws NacosException {
        Seen now = read(link);
        if (now.isOf(writing)) {
            return Change.MADE;
        }
        return now.text.equals(before.text) ? Change.UNKNOWN : Change.OTHER_WAS_FIRST;
    }

    private static Optional<ObjectNode> parse(String name, Optional<String> text) {
        try {
            return text.isPresent() && JSON.readTree(text.get()) instanceof ObjectNode node
                    ? Optional.of(node)
                    : Optional.empty();
        } catch (JsonProcessingException wrong) {
            LOG.warn("registry: {} is not understood", name, wrong);
            return Optional.empty();
        }
    }
}
