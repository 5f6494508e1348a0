package io.feiqian.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.feiqian.configuration.ConfigurationCentre;
import io.feiqian.configuration.DocumentType;
import io.feiqian.configuration.InMemoryHistory;
import io.feiqian.configuration.Seal;
import io.feiqian.configuration.Target;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Clock;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.AuditHead;
import io.feiqian.security.AuditRecord;
import io.feiqian.security.ChangeOrder;
import io.feiqian.security.spi.AuditTrail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishes policies. In a bank a cell does so, with a history in its database, at the command
 * {@code feiqian policy set}; the example has no cell. Not thread-safe.
 */
final class PolicyDesk {
    private static final String DOCUMENT = "governance";
    private static final ChangeOrder ORDER = ChangeOrder.of("example", "to show a policy");

    private final ConfigurationCentre centre;
    private long version;
    private long revision;

    /** The document as cells keep it. */
    record Policies(int version, JsonNode policies) {}

    /** What is remembered of who changed what, while the example runs. */
    private static final class Remembered implements AuditTrail {
        private final List<AuditRecord> records = new ArrayList<>();

        @Override
        public synchronized AuditRecord append(AuditEntry entry) {
            AuditHead head = records.isEmpty() ? AuditHead.NONE : records.getLast().head();
            records.add(AuditRecord.after(head, Instant.EPOCH, entry));
            return records.getLast();
        }

        @Override
        public synchronized List<AuditRecord> read(long fromSequence, int atMost) {
            return records.stream()
                    .filter(each -> each.sequence() >= fromSequence)
                    .limit(atMost)
                    .toList();
        }
    }

    PolicyDesk(Registry registry) {
        centre =
                new ConfigurationCentre(
                        List.of(
                                DocumentType.of(
                                        DOCUMENT,
                                        new Policies(0, JsonNodeFactory.instance.arrayNode()))),
                        new InMemoryHistory(new Remembered()),
                        registry,
                        Seal.NONE,
                        Clock.system());
    }

    /** Puts a document into force everywhere. */
    void publish(String document) {
        version = centre.set(DOCUMENT, version, document, ORDER).version();
        revision =
                centre.publish(DOCUMENT, version, Target.all(), revision, ORDER)
                        .rollout()
                        .revision();
    }
}
