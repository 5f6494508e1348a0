package io.feiqian.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * One process of a system on this machine.
 *
 * @param name its name, such as {@code cell-1-2} for the second instance of the first cell
 * @param role what it does
 * @param cell the cell it belongs to; empty for none
 * @param pid its process id
 * @param startedMillis when it started, milliseconds since 1970: tells it from a later process with
 *     the same id
 * @param address where it listens
 * @param starts how often it was started since the system was
 */
public record ProcessEntry(
        String name,
        Role role,
        String cell,
        long pid,
        long startedMillis,
        String address,
        int starts) {
    /** What a process does. */
    public enum Role {
        /** Starts and watches the others. */
        SUPERVISOR,
        /** Who is where. */
        REGISTRY,
        /** A cell's database: the first of several processes. */
        DATABASE,
        /** An instance of a cell. */
        CELL,
        /** HTTP for clients. */
        GATEWAY,
        /** Pages for operators. */
        CONSOLE,
        /** Traces and logs kept. */
        OBSERVATORY
    }

    private static final long CLOCK_STEP_MILLIS = 2_000;

    /** Whether this very process is still there and runs, and not another one with its id. */
    @JsonIgnore
    public boolean isAlive() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(handle -> !isZombie(handle.pid()))
                .flatMap(handle -> handle.info().startInstant())
                .filter(at -> Math.abs(at.toEpochMilli() - startedMillis) < CLOCK_STEP_MILLIS)
                .isPresent();
    }

    /** When this process started, as {@link #startedMillis} wants it. */
    public static long startOf(ProcessHandle handle) {
        return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** Ended, but nobody has asked for its exit code: in a container perhaps nobody ever does. */
    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.startsWith(" Z", stat.lastIndexOf(')') + 1);
        } catch (IOException noSuchFileSystem) {
            return false;
        }
    }
}
