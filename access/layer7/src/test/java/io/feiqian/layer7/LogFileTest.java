package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole lines in the right files, whatever the disk does and whoever moves them. */
class LogFileTest {
    @TempDir private Path folder;

    @Test
    void onlyTheLastFilesAreKeptAndNoLineIsTornOverTwo() throws IOException {
        LogFile log = new LogFile(file(), 100, 3);

        for (int i = 0; i < 40; i++) {
            assertThat(write(log, "line %02d of the log\n".formatted(i))).isTrue();
        }
        log.close();

        assertThat(names()).containsExactly("access.log", "access.log.1", "access.log.2");
        List<String> lines = new ArrayList<>(Files.readAllLines(folder.resolve("access.log.2")));
        lines.addAll(Files.readAllLines(folder.resolve("access.log.1")));
        lines.addAll(Files.readAllLines(file()));
        int first = 40 - lines.size();
        assertThat(lines)
                .hasSizeBetween(9, 15)
                .isEqualTo(
                        IntStream.range(first, 40)
                                .mapToObj("line %02d of the log"::formatted)
                                .toList());
        for (String each : names()) {
            assertThat(Files.size(folder.resolve(each))).isLessThanOrEqualTo(100);
        }
    }

    @Test
    void whoMovesTheFileAwayFindsANewOneBegun() throws IOException {
        LogFile log = new LogFile(file(), 10_000, 3);
        write(log, "one\n");
        Files.move(file(), folder.resolve("moved"));
        write(log, "two\n");
        Files.move(file(), folder.resolve("moved-too"));
        Files.writeString(file(), "of somebody else\n");
        write(log, "three\n");
        log.close();

        assertThat(folder.resolve("moved")).hasContent("one");
        assertThat(folder.resolve("moved-too")).hasContent("two");
        assertThat(file()).hasContent("of somebody else\nthree");
    }

    @Test
    void aFullDiskLosesWholeLinesAndNoneIsHalf() throws IOException {
        Disk disk = new Disk(25);
        LogFile log = new LogFile(file(), 10_000, 3, disk::open);
        assertThat(write(log, "the first line\n")).isTrue();

        assertThat(write(log, "a line for which there is no room\n")).isFalse();
        assertThat(write(log, "nor for this one at all\n")).isFalse();
        assertThat(file()).hasContent("the first line");

        disk.room = 1_000;
        assertThat(write(log, "there is room again\n")).isTrue();
        log.close();
        assertThat(file()).hasContent("the first line\nthere is room again");
    }

    private static boolean write(LogFile log, String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return log.write(bytes, bytes.length);
    }

    private Path file() {
        return folder.resolve("access.log");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(each -> String.valueOf(each.getFileName())).sorted().toList();
        }
    }

    /** A disk with so much room: what does not fit is written in part, and then refused. */
    private static final class Disk {
        private int room;

        Disk(int room) {
            this.room = room;
        }

        SeekableByteChannel open(Path path) throws IOException {
            return new Quota(
                    Files.newByteChannel(
                            path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        }

        private final class Quota implements SeekableByteChannel {
            private final SeekableByteChannel file;

            Quota(SeekableByteChannel file) {
                this.file = file;
            }

            @Override
            public int write(ByteBuffer from) throws IOException {
                if (room == 0) {
                    throw new IOException("No space left on device");
                }
                int fits = Math.min(room, from.remaining());
                ByteBuffer part = from.slice(from.position(), fits);
                int done = file.write(part);
                from.position(from.position() + done);
                room -= done;
                return done;
            }

            @Override
            public SeekableByteChannel truncate(long size) throws IOException {
                room += (int) (file.size() - size);
                return file.truncate(size);
            }

            @Override
            public int read(ByteBuffer into) throws IOException {
                return file.read(into);
            }

            @Override
            public long position() throws IOException {
                return file.position();
            }

            @Override
            public SeekableByteChannel position(long newPosition) throws IOException {
                return file.position(newPosition);
            }

            @Override
            public long size() throws IOException {
                return file.size();
            }

            @Override
            public boolean isOpen() {
                return file.isOpen();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        }
    }
}
