package io.feiqian.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.configuration.DocumentVersion;
import io.feiqian.configuration.Rollout;
import io.feiqian.configuration.Rollout.Gray;
import io.feiqian.configuration.Target;
import io.feiqian.configuration.spi.History;
import io.feiqian.configuration.spi.History.Addition;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.ChangeOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every history of configuration promises. */
abstract class ConfigurationHistoryContract {
    private static final ChangeOrder ORDER = ChangeOrder.of("anna", "a test of 历史");
    private static final Instant AT = Instant.parse("2026-01-05T00:00:00.123Z");

    /** An empty history. */
    abstract History history();

    /** The actions on record, in order. */
    abstract List<String> audited();

    /** Lets recording fail from now on. */
    abstract void breakTrail();

    @Test
    void givesBackWhatWasAddedTheNewestFirst() {
        History history = history();
        assertThat(history.newest("limits")).isEmpty();
        assertThat(history.rollout("limits")).isEmpty();
        DocumentVersion first = version(1, "{\"a\": \"汉字 \\\" '\"}", 0);
        DocumentVersion second = version(2, first.content(), 1);
        assertThat(add(history, Addition.of(first))).isTrue();
        assertThat(add(history, Addition.of(second))).isTrue();
        assertThat(add(history, Addition.of(other("mail")))).isTrue();
        assertThat(history.versions("limits", 10)).containsExactly(second, first);
        assertThat(history.versions("limits", 1)).containsExactly(second);
        assertThat(history.newest("limits")).contains(second);
        assertThat(history.version("limits", 1)).contains(first);
        assertThat(history.version("limits", 3)).isEmpty();
        Rollout base = rollout(1, 1, Optional.empty());
        Rollout gray =
                rollout(5, 1, Optional.of(new Gray(2, new Target.Instances(Set.of("a", "b")))));
        assertThat(add(history, Addition.of(base, 0))).isTrue();
        assertThat(add(history, Addition.of(gray, 1))).isTrue();
        assertThat(history.rollout("limits")).contains(gray);
        assertThat(history.rollouts("limits", 10)).containsExactly(gray, base);
        assertThat(history.rollout("mail")).isEmpty();
    }

    @Test
    void whoIsOvertakenAddsNothing() {
        History history = history();
        assertThat(add(history, Addition.of(version(1, "{}", 0)))).isTrue();
        assertThat(add(history, Addition.of(version(1, "{\"late\": 1}", 0)))).isFalse();
        assertThat(history.version("limits", 1).orElseThrow().content()).isEqualTo("{}");
        assertThat(add(history, Addition.of(rollout(1, 1, Optional.empty()), 0))).isTrue();
        assertThat(add(history, Addition.of(rollout(2, 0, Optional.empty()), 0))).isFalse();
        Addition both =
                new Addition(
                        Optional.of(version(2, "{}", 1)),
                        Optional.of(rollout(3, 2, Optional.empty())),
                        0);
        assertThat(add(history, both)).isFalse();
        assertThat(history.versions("limits", 10)).hasSize(1);
        assertThat(history.rollouts("limits", 10)).hasSize(1);
        assertThat(audited()).hasSize(2);
    }

    @Test
    void whatCannotBeRecordedIsNotAdded() {
        History history = history();
        breakTrail();
        assertThatThrownBy(() -> add(history, Addition.of(version(1, "{}", 0))))
                .isInstanceOf(RuntimeException.class);
        assertThat(history.versions("limits", 10)).isEmpty();
    }

    @Test
    void ofManyAtOnceOneIsAdded() throws Exception {
        History history = history();
        int writers = 6;
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Boolean>> added = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < writers; i++) {
                int revision = i + 1;
                added.add(
                        threads.submit(() -> {
                            go.await();
                            return add(
                                    history,
                                    Addition.of(rollout(revision, 0, Optional.empty()), 0));
                        }));
            }
            go.countDown();
        }
        long successes = 0;
        for (Future<Boolean> each : added) {
            successes += each.get() ? 1 : 0;
        }
        assertThat(successes).isEqualTo(1);
        assertThat(history.rollouts("limits", 10)).hasSize(1);
        assertThat(audited()).hasSize(1);
    }

    private static boolean add(History history, Addition addition) {
        return history.add(
                addition, new AuditEntry(ORDER, "configuration.test", "limits", Map.of()));
    }

    private static DocumentVersion version(long number, String content, long copyOf) {
        return new DocumentVersion("limits", number, content, ORDER, AT, copyOf);
    }

    private static DocumentVersion other(String document) {
        return new DocumentVersion(document, 1, "{}", ORDER, AT, 0);
    }

    private static Rollout rollout(long revision, long version, Optional<Gray> gray) {
        return new Rollout("limits", revision, version, gray, ORDER, AT);
    }
}
