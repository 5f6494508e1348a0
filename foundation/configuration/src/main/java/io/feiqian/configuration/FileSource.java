package io.feiqian.configuration;

import io.feiqian.configuration.spi.DocumentSource;
import io.feiqian.configuration.spi.Offer;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Documents as files {@code <name>.json} of one folder, looked at again every few seconds; the
 * folder need not be there.
 */
public final class FileSource implements DocumentSource {
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Path folder;
    private final Timer timer;

    /** Documents of this folder; the timer says when to look. */
    public FileSource(Path folder, Timer timer) {
        this.folder = folder;
        this.timer = timer;
    }

    @Override
    public Optional<Offer> read(String name) {
        Path file = folder.resolve(name + ".json");
        try {
            return Optional.of(new Offer(0, 0, Files.readString(file)));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException("configuration " + file, failure);
        }
    }

    @Override
    public Runnable watch(String name, Runnable listener) {
        AtomicBoolean ended = new AtomicBoolean();
        look(listener, ended);
        return () -> ended.set(true);
    }

    /** The listener compares; a file of this size is read sooner than its change is judged. */
    private void look(Runnable listener, AtomicBoolean ended) {
        timer.after(
                LOOK,
                () -> {
                    if (!ended.get()) {
                        Thread.ofVirtual()
                                .name("feiqian-configuration")
                                .start(() -> {
                                    listener.run();
                                    look(listener, ended);
                                });
                    }
                });
    }
}
