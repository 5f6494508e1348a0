package io.feiqian.server;

import io.feiqian.cli.HomeFolder;
import io.feiqian.cli.ProcessEntry;
import io.feiqian.cli.ProcessEntry.Role;
import io.feiqian.cli.Signal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a killed supervisor left behind. Its children end by themselves when it does; databases do
 * not, since they know nothing of it.
 */
final class Leftovers {
    private static final long GRACE_SECONDS = 15;

    private Leftovers() {}

    /** Ends whatever still runs of an earlier system in this home; the names of what was ended. */
    static List<String> end(HomeFolder home) throws InterruptedException {
        List<String> ended = new ArrayList<>();
        for (boolean databases : new boolean[] {false, true}) {
            List<ProcessEntry> alive =
                    home.processes().stream()
                            .filter(each -> each.role() != Role.SUPERVISOR)
                            .filter(each -> (each.role() == Role.DATABASE) == databases)
                            .filter(ProcessEntry::isAlive)
                            .toList();
            for (ProcessEntry each : alive) {
                send(databases ? Signal.INT : Signal.TERM, each);
                // A stopped process acts on a signal only once it goes on.
                send(Signal.CONT, each);
            }
            for (ProcessEntry each : alive) {
                awaitEnd(each);
                ended.add(each.name());
            }
        }
        return ended;
    }

    private static void send(Signal signal, ProcessEntry to) throws InterruptedException {
        try {
            if (signal == Signal.CONT) {
                signal.sendToFamily(to.pid());
            } else {
                signal.send(to.pid());
            }
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private static void awaitEnd(ProcessEntry entry) throws InterruptedException {
        var handle = ProcessHandle.of(entry.pid());
        if (handle.isEmpty() || !entry.isAlive()) {
            return;
        }
        try {
            handle.get().onExit().get(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException stubborn) {
            try {
                Signal.KILL.sendToFamily(entry.pid());
            } catch (IOException failed) {
                throw new java.io.UncheckedIOException(failed);
            }
        }
    }
}
