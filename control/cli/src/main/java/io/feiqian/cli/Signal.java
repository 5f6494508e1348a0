package io.feiqian.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What can be sent to processes of this machine. */
public enum Signal {
    /** Ends at once, with nothing saved. */
    KILL,
    /** Asks to end in order. */
    TERM,
    /** Asks a database to end without waiting for its clients. */
    INT,
    /** Stands still until {@link #CONT}. */
    STOP,
    /** Goes on after {@link #STOP}. */
    CONT;

    /**
     * Sends this to a process; one that is gone is left alone.
     *
     * @throws IOException where no process could be started to send it
     */
    public void send(long pid) throws IOException, InterruptedException {
        send(List.of(pid));
    }

    /**
     * Sends this to a process and everything it started, the process itself first.
     *
     * @throws IOException where no process could be started to send it
     */
    public void sendToFamily(long pid) throws IOException, InterruptedException {
        List<Long> family = new ArrayList<>();
        family.add(pid);
        ProcessHandle.of(pid)
                .ifPresent(handle ->
                        handle.descendants().map(ProcessHandle::pid).forEach(family::add));
        send(family);
    }

    private void send(List<Long> pids) throws IOException, InterruptedException {
        String list = pids.stream().map(String::valueOf).collect(Collectors.joining(" "));
        new ProcessBuilder("sh", "-c", "kill -s " + name() + " " + list + " 2>/dev/null")
                .redirectErrorStream(true)
                .start()
                .waitFor();
    }
}
