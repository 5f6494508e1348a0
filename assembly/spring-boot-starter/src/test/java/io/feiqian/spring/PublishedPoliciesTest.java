package io.feiqian.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.configuration.Recipient;
import io.feiqian.configuration.RegistrySource;
import io.feiqian.configuration.spi.Offer;
import io.feiqian.registry.Document;
import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators publish is what services on Spring go by, and say that they go by. */
@Timeout(60)
final class PublishedPoliciesTest {
    private static final String KEY = "doc.governance";

    private final Timer timer = Timer.system("test");
    private final InMemoryRegistry registry = new InMemoryRegistry(timer);
    private final PolicyCentre centre = new PolicyCentre(registry.another());
    private final CallGovernance governance = new CallGovernance(Clock.system());

    @AfterEach
    void stop() {
        governance.close();
        registry.close();
        timer.close();
    }

    /** A document in this version with a policy of the same version. */
    static String policies(int version) {
        return """
        {"version": %d, "policies": [{
          "id": "limit", "version": %d, "side": "both",
          "applies": {"service": "back"},
          "rate": {"perSecond": 100}}]}
        """
                .formatted(version, version);
    }

    private PublishedPolicies follow() {
        return new PublishedPolicies(
                registry, governance, "back-1", "127.0.0.1", Map.of("site", "east"));
    }

    private int inForce() {
        return governance.serving().document().version();
    }

    static void await(BooleanSupplier wanted) {
        while (!wanted.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whatIsMeantForAServiceIsWhatAServerWouldTake() {
        for (String target :
                List.of("all", "label:site=east", "percent:30", "instances:back-7,back-11")) {
            centre.publish(policies(1));
            centre.publish(policies(2), target);
            String published = registry.document(KEY).map(Document::content).orElseThrow();
            int some = 0;
            for (int i = 0; i < 200; i++) {
                String id = "back-" + i;
                Map<String, String> labels = Map.of("site", i % 3 == 0 ? "east" : "west");
                Offer meant;
                try (RegistrySource server =
                        new RegistrySource(registry, new Recipient(id, labels))) {
                    meant = server.read("governance").orElseThrow();
                }
                PublishedText read = PublishedText.read("governance", published, id, labels);
                assertThat(read)
                        .as(target + " " + id)
                        .isEqualTo(
                                new PublishedText(meant.revision(), meant.version(), meant.text()));
                some += read.policies().version() == 2 ? 1 : 0;
            }
            assertThat(some).as(target).isPositive();
        }
    }

    @Test
    void whatIsPublishedIsInForceAtOnceAndFromThereOnLive() {
        centre.publish(policies(1));
        try (PublishedPolicies following = follow()) {
            assertThat(following).isNotNull();
            assertThat(inForce()).isEqualTo(1);
            centre.publish(policies(2));
            await(() -> inForce() == 2);
            assertThat(governance.calling().document().version()).isEqualTo(2);
            centre.publish("{}");
            await(() -> inForce() == 0);
            assertThat(governance.serving().isEmpty()).isTrue();
        }
    }

    @Test
    void whatCannotBeUsedIsRefusedAndReportedAndTheOldStays() {
        centre.publish(policies(1));
        try (PublishedPolicies following = follow()) {
            assertThat(following).isNotNull();
            // The centre itself refuses only what is no document of its kind.
            centre.publish("{\"version\": 2, \"policies\": [{\"id\": \"torn\"}]}");
            await(() -> standing().contains("2:"));
            assertThat(standing()).startsWith("1 ").contains("refused 2:");
            assertThat(inForce()).isEqualTo(1);
            centre.publish(policies(3));
            await(() -> inForce() == 3);
            await(() -> standing().equals("3 "));
        }
        assertThat(centre.shown().instances()).isEmpty();
    }

    /** What operators are shown of the service. */
    private String standing() {
        return centre.shown().instances().stream()
                .filter(each -> each.instance().equals("back-1"))
                .map(each ->
                        each.standing().version()
                                + " "
                                + each.standing()
                                        .refused()
                                        .map(no -> "refused " + no.version() + ": " + no.why())
                                        .orElse(""))
                .findFirst()
                .orElse("");
    }

    @Test
    void anOlderRolloutNeverReplacesANewerOne() throws Exception {
        centre.publish(policies(1));
        String older = registry.document(KEY).map(Document::content).orElseThrow();
        centre.publish(policies(2));
        try (PublishedPolicies following = follow()) {
            assertThat(following).isNotNull();
            Optional<Document> there = registry.document(KEY);
            registry.publish(KEY, there.map(Document::version).orElse(0L), older).get();
            centre.publish("{\"version\": 2, \"policies\": [{\"id\": \"torn\"}]}", "all");
            await(() -> !standing().isEmpty());
            assertThat(inForce()).isEqualTo(2);
        }
    }
}
