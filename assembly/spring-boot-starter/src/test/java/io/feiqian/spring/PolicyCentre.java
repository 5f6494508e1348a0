package io.feiqian.spring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.feiqian.configuration.ConfigurationCentre;
import io.feiqian.configuration.DocumentState;
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
import java.util.List;

/** The configuration centre as a cell runs it, by which operators publish policies. */
final class PolicyCentre {
    private static final ChangeOrder ANNA = ChangeOrder.of("anna", "a test");

    private final ConfigurationCentre centre;
    private long version;
    private long revision;

    /** The document as the servers keep it. */
    record Policies(int version, JsonNode policies) {}

    PolicyCentre(Registry registry) {
        AuditTrail forgetful =
                new AuditTrail() {
                    @Override
                    public AuditRecord append(AuditEntry entry) {
                        return AuditRecord.after(AuditHead.NONE, Instant.EPOCH, entry);
                    }

                    @Override
                    public List<AuditRecord> read(long fromSequence, int atMost) {
                        return List.of();
                    }
                };
        centre =
                new ConfigurationCentre(
                        List.of(
                                DocumentType.of(
                                        "governance",
                                        new Policies(0, JsonNodeFactory.instance.arrayNode()))),
                        new InMemoryHistory(forgetful),
                        registry,
                        Seal.NONE,
                        Clock.system());
    }

    /** Publishes to all. */
    void publish(String document) {
        publish(document, "all");
    }

    /** Publishes to whom the target names. */
    void publish(String document, String target) {
        version = centre.set("governance", version, document, ANNA).version();
        revision =
                centre.publish("governance", version, Target.parse(target), revision, ANNA)
                        .rollout()
                        .revision();
    }

    DocumentState shown() {
        return centre.show("governance");
    }
}
