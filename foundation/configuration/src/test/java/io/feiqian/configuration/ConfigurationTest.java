package io.feiqian.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    record Limits(int callers) {}

    private static final DocumentType<Limits> TYPE = DocumentType.of("limits", new Limits(10));

    private final Path folder;
    private final ManualTimer timer = new ManualTimer(new SettableClock(Instant.EPOCH));

    ConfigurationTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void withoutAFileTheDefaultsHoldAndAFileReplacesThem() throws IOException {
        try (var limits = Configuration.open(TYPE, new FileSource(folder, timer))) {
            List<Limits> told = new ArrayList<>();
            Runnable end = limits.onChange(told::add);
            assertThat(limits.current()).isEqualTo(new Limits(10));
            assertThat(limits.reload()).isFalse();
            write("{\"callers\": 20}");
            assertThat(limits.reload()).isTrue();
            assertThat(limits.reload()).isFalse();
            end.run();
            write("{\"callers\": 30}");
            assertThat(limits.reload()).isTrue();
            assertThat(told).containsExactly(new Limits(20));
        }
    }

    @Test
    void aChangedFileIsNoticedWithoutAnybodyAsking() throws Exception {
        try (var limits = Configuration.open(TYPE, new FileSource(folder, timer))) {
            CompletableFuture<Limits> noticed = new CompletableFuture<>();
            limits.onChange(noticed::complete);
            write("{\"callers\": 20}");
            timer.advance(Duration.ofSeconds(2));
            assertThat(noticed.get(10, TimeUnit.SECONDS)).isEqualTo(new Limits(20));
        }
    }

    @Test
    void aChangeThatCannotBeUsedLeavesWhatHeldBefore() throws IOException {
        write("{\"callers\": 20}");
        try (var limits = Configuration.open(TYPE, new FileSource(folder, timer))) {
            write("{\"callers\": \"many\"}");
            assertThatExceptionOfType(ConfigurationException.class).isThrownBy(limits::reload);
            assertThat(limits.current()).isEqualTo(new Limits(20));
        }
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Configuration.open(TYPE, new FileSource(folder, timer)))
                .withMessage("limits: callers: \"many\" (expected: a whole number)");
    }

    private void write(String text) throws IOException {
        Files.writeString(folder.resolve("limits.json"), text);
    }
}
